import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hostPath } from "../build/host-command.ts";

/** Debian's archives for a machine that names none of its own. */
export interface DefaultMirrors {
  readonly main: string;
  readonly security: string;
}

/** The archives that mmdebstrap takes when it is told none, as its program says; undefined when it does not. */
export async function readDefaultMirrors(path = hostPath()): Promise<DefaultMirrors | undefined> {
  for (const folder of path.split(":")) {
    const program = await readFile(join(folder, "mmdebstrap"), "utf8").catch(() => undefined);
    if (program !== undefined) return defaultMirrorsOf(program);
  }
  return undefined;
}

/** Finds the two addresses in mmdebstrap's text (Perl). */
export function defaultMirrorsOf(program: string): DefaultMirrors | undefined {
  const address = (variable: string): string | undefined =>
    new RegExp(`^\\s*my \\$${variable}\\s*=\\s*'(https?://[^']+)';`, "m").exec(program)?.[1];
  const [main, security] = [address("mirror"), address("secmirror")];
  return main === undefined || security === undefined ? undefined : { main, security };
}
