import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const TIMEOUT_MS = 120_000;

/** Folder of the Python environment the judges are in. Throws where `script/conformance` did not make one. */
function judgesFolder(): string {
  const folder = process.env.ASSAY_JUDGES;
  if (folder === undefined) throw new Error("The judges are not there. Run these tests with 'script/conformance'.");
  return folder;
}

/** Folder of an installed Python package. */
export function packageFolder(name: string): string {
  const lib = join(judgesFolder(), "lib");
  const [python = ""] = readdirSync(lib);
  return join(lib, python, "site-packages", name);
}

/** What a Python program of a judge prints as JSON. */
export async function askPython(program: string, ...args: readonly string[]): Promise<unknown> {
  const python = join(judgesFolder(), "bin", "python");
  const { stdout } = await promisify(execFile)(python, ["-c", program, ...args], { timeout: TIMEOUT_MS });
  return JSON.parse(stdout);
}
