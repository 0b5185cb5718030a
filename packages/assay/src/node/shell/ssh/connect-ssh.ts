import type { Shell } from "../types.ts";
import type { SshSettings } from "./settings.ts";

/**
 * Logs in to a node over SSH; the caller closes the shell. Throws NodeUnreachable (nobody answers, or another machine
 * with another host key), LoginRefused (user, key or password) or the reason of the abort. ssh2 is loaded only here.
 *
 * @example await using shell = await connectSsh({ address: "127.0.0.1", port: 2222, username: "assay", privateKey });
 */
export async function connectSsh(settings: SshSettings): Promise<Shell> {
  const { SshShell } = await import("./ssh-shell.ts");
  return await SshShell.connect(settings);
}
