import { UsageError } from "../../../errors/catalogue.ts";

/** Where the machines are and as whom libvirt runs them. */
export interface LibvirtUri {
  /** As virsh takes it. */
  readonly text: string;
  /** `session`: as the user who asks; `system`: as the account that the host has for it. */
  readonly mode: "session" | "system";
  /** The other machine that carries the machines; undefined for this one. */
  readonly host: RemoteHost | undefined;
}

/** The account on a host of libvirt that is reached over SSH. */
export interface RemoteHost {
  readonly address: string;
  readonly port: number;
  /** Undefined: as the user who asks. */
  readonly username: string | undefined;
  readonly privateKeyFile: string | undefined;
}

const SSH_PORT = 22;
const EXAMPLES = "Such as 'qemu:///session', 'qemu:///system' or 'qemu+ssh://user@host/system'.";

/** Reads a URI of libvirt's QEMU driver, local or over SSH. Throws UsageError for another. */
export function parseUri(text: string): LibvirtUri {
  const [, transport = "", authority = "", mode, query = ""] =
    /^qemu(?:\+(\w+))?:\/\/([^/?#]*)\/(session|system)(?:\?([^#]*))?$/.exec(text) ?? [];
  if (mode !== "session" && mode !== "system") {
    throw new UsageError(`'${text}' is no URI of libvirt's QEMU driver.`, { help: EXAMPLES });
  }
  if (authority === "") return { text, mode, host: undefined };
  if (transport !== "ssh") {
    throw new UsageError(
      `'${text}' reaches another host by '${transport || "tls"}'; assay reaches guests over SSH only.`,
      {
        help: `Use 'qemu+ssh' with an account on that host. ${EXAMPLES}`,
      },
    );
  }
  const url = new URL(`ssh://${authority}`);
  const options = new URLSearchParams(query);
  const host = {
    address: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? SSH_PORT : Number(url.port),
    username: url.username === "" ? undefined : decodeURIComponent(url.username),
    privateKeyFile: options.get("keyfile") ?? undefined,
  };
  // Nobody is there to answer a question of ssh.
  if (!options.has("no_tty")) options.set("no_tty", "1");
  return { text: `qemu+ssh://${authority}/${mode}?${decodeURIComponent(options.toString())}`, mode, host };
}

/** The URI that LISA makes of an entry of `hosts`. */
export function uriOfHost({ address, username, privateKeyFile }: Omit<RemoteHost, "port">): string {
  const account = username === undefined ? "" : `${username}@`;
  return `qemu+ssh://${account}${address}/system${privateKeyFile === undefined ? "" : `?keyfile=${privateKeyFile}`}`;
}
