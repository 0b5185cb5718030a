/** One stanza of an APT source list: every URI offers every suite with every component. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Path of a keyring, key fingerprints, or an armoured key; undefined when the machine's trusted keys apply. */
  readonly signedBy: string | undefined;
  readonly isTrusted: boolean;
}

const words = (text: string | undefined): readonly string[] => (text ?? "").split(/\s+/).filter((word) => word !== "");
const isYes = (text: string | undefined): boolean => /^(yes|true|1|on|enable|with)$/i.test(text ?? "");

/** Parses the one-line style of `sources.list` (sources.list(5)). Source packages and lines it cannot read are left out. */
export function parseOneLineSources(text: string): readonly AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    if (match === null) return [];
    const [, settings, uri = "", suite = "", components] = match;
    const options = new Map(
      words(settings).map((word) => [word.split("=")[0] ?? "", word.slice(word.indexOf("=") + 1)]),
    );
    return [
      {
        uris: [uri],
        suites: [suite],
        components: words(components),
        signedBy: options.get("signed-by"),
        isTrusted: isYes(options.get("trusted")),
      },
    ];
  });
}

/** Parses the deb822 style of `*.sources` (sources.list(5)). Disabled stanzas and source packages are left out. */
export function parseDeb822Sources(text: string): readonly AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = deb822Fields(stanza);
    const isEnabled = fields.get("enabled") === undefined || isYes(fields.get("enabled"));
    if (!isEnabled || !words(fields.get("types")).includes("deb")) return [];
    return [
      {
        uris: words(fields.get("uris")),
        suites: words(fields.get("suites")),
        components: words(fields.get("components")),
        signedBy: fields.get("signed-by"),
        isTrusted: isYes(fields.get("trusted")),
      },
    ];
  });
}

/** Fields of one stanza by lower-case name. A line that begins with a blank continues the field before it. */
function deb822Fields(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = "";
  for (const line of stanza.split("\n").filter((each) => !each.startsWith("#"))) {
    const start = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line);
    if (start !== null) {
      name = (start[1] ?? "").toLowerCase();
      fields.set(name, (start[2] ?? "").trim());
    } else if (/^\s+\S/.test(line) && name !== "") {
      fields.set(name, `${fields.get(name)}\n${line.trim()}`.trimStart());
    }
  }
  return fields;
}

/** Writes sources in deb822 style. */
export function renderSources(sources: readonly AptSource[]): string {
  return sources
    .map(({ components, isTrusted, signedBy, suites, uris }) =>
      [
        "Types: deb",
        `URIs: ${uris.join(" ")}`,
        `Suites: ${suites.join(" ")}`,
        `Components: ${components.join(" ")}`,
        // A blank line would end the stanza; deb822 writes it as a lone dot.
        ...(signedBy === undefined ? [] : [`Signed-By: ${signedBy.replaceAll("\n", "\n ")}`]),
        ...(isTrusted ? ["Trusted: yes"] : []),
        "",
      ].join("\n"),
    )
    .join("\n");
}
