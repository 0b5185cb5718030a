import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The full name of a machine such as `q35`, which tells its version: `pc-q35-7.2`. What has no other keeps its name. */
export async function fullMachineName(qemuPath: string, machine: string): Promise<string> {
  const { stdout } = await run(qemuPath, ["-machine", "help"], { timeout: 20_000 });
  return fullNameIn(stdout, machine);
}

/** Reads what `-machine help` says. */
export function fullNameIn(help: string, machine: string): string {
  const line = help.split("\n").find((each) => each.startsWith(`${machine} `));
  return /\(alias of ([^)]+)\)/.exec(line ?? "")?.[1] ?? machine;
}
