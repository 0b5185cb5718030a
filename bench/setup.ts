import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { atMost, type Figure, figure, median } from "./figure.ts";

const root = join(import.meta.dirname, "..");
const ROUNDS = 11;
const TIMEOUT_MS = 60_000;

async function milliseconds(program: string, args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await promisify(execFile)(program, [...args], { cwd: root, timeout: TIMEOUT_MS });
  return performance.now() - startedAt;
}

/**
 * What a user waits for before assay does anything, with nothing missing. Programs are measured in turn, so that a
 * busy moment of the machine hits all alike.
 */
export default async function setup(): Promise<readonly Figure[]> {
  const cli = join(root, "packages", "assay", "src", "cli", "main.ts");
  const programs = {
    bootstrap: [join(root, "script", "bootstrap"), "--quiet", "run"],
    help: [process.execPath, cli, "--help"],
    node: [process.execPath, "--eval", "0"],
    launcher: [join(root, "assay"), "--help"],
  } as const;
  const times: Record<keyof typeof programs, number[]> = { bootstrap: [], help: [], node: [], launcher: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ["bootstrap", "help", "node", "launcher"] as const) {
      const [program, ...args] = programs[name];
      times[name].push(await milliseconds(program, args));
    }
  }
  const node = median(times.node);
  return [
    figure("set-up when nothing is missing", median(times.bootstrap) / 1000, "s", atMost(2)),
    figure("launcher to the end of help", median(times.launcher), "ms", atMost(300)),
    figure("own time of --help (Node's start taken off)", median(times.help) - node, "ms", atMost(100)),
    figure("start of Node itself", node, "ms"),
  ];
}
