import { MissingDependency } from "../../errors/catalogue.ts";
import type { Recipe } from "../recipe.ts";
import type { DefaultMirrors } from "./default-mirrors.ts";
import type { AptSource } from "./source.ts";

/** Keyring of the package `debian-archive-keyring`, on this machine and in the image. */
export const debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

const debianSuites = new Set(
  "buster bullseye bookworm trixie forky duke sid oldoldstable oldstable stable testing unstable".split(" "),
);
const suiteOf = (suite: string): string =>
  suite.replace(/(-(updates|security|proposed-updates|backports)|\/updates)$/, "");
const isSecurity = (suite: string): boolean => /(-security|\/updates)$/.test(suite);

const usable = (source: AptSource): boolean =>
  source.components.includes("main") && source.uris.some((uri) => /^https?:\/\//.test(uri));

/** Address of a Debian mirror for machines whose own apt configuration has none, in place of the usual one. */
const MIRROR_VARIABLE = "ASSAY_DEBIAN_MIRROR";

/**
 * The archives an image of `recipe` is built from: this machine's own Debian mirrors where it has some, whatever
 * release they are used for here, else the one that `ASSAY_DEBIAN_MIRROR` names, else `defaults`. Throws
 * MissingDependency without any.
 */
export function chooseMirrors(
  recipe: Recipe,
  hostSources: readonly AptSource[],
  defaults: DefaultMirrors | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly AptSource[] {
  const debian = hostSources.filter(
    (source) => usable(source) && source.suites.some((suite) => debianSuites.has(suiteOf(suite))),
  );
  const main = debian.find((source) => source.suites.some((suite) => !isSecurity(suite)));
  const security = debian.find((source) => source.suites.some(isSecurity));
  const given = environment[MIRROR_VARIABLE]?.replace(/\/+$/, "");
  const addressOf = (source: AptSource | undefined, fallback: string | undefined): string => {
    const address = source?.uris.find((uri) => /^https?:\/\//.test(uri)) ?? fallback;
    if (address === undefined || address === "") {
      throw new MissingDependency(
        "The apt configuration of this machine names no Debian mirror to build an image from.",
        {
          help: `Set ${MIRROR_VARIABLE} to the address of one, such as http://mirror.example.org/debian.`,
        },
      );
    }
    return address;
  };
  const from = (source: AptSource | undefined, fallback: string | undefined, suites: readonly string[]): AptSource => ({
    uris: [addressOf(source, fallback)],
    suites,
    components: recipe.components,
    // One-line lists of older machines name no key; the archive's own keyring holds the keys of every release.
    signedBy: source?.isTrusted === true ? undefined : (source?.signedBy ?? debianKeyring),
    isTrusted: source?.isTrusted ?? false,
  });
  // Only for kernels: another set of sources would be another image. Apt takes nothing of backports unless it is told.
  const backports = recipe.kernel === undefined ? [] : [`${recipe.suite}-backports`];
  return [
    from(main, given ?? defaults?.main, [recipe.suite, `${recipe.suite}-updates`, ...backports]),
    from(security, given === undefined ? defaults?.security : `${given}-security`, [`${recipe.suite}-security`]),
  ];
}
