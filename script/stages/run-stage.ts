import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import type { Stage } from "./stages.ts";

/** How a stage ended. `output` is what a check printed; tests print for themselves, as they go. */
export interface StageEnd {
  readonly passed: boolean;
  readonly output: string;
  readonly elapsedMs: number;
}

const KILL_AFTER_MS = 15_000;

/**
 * Runs a stage in `root` to its end, its limit or until `signal` aborts. Never throws: a program that does not start,
 * or is ended, has failed.
 */
export async function runStage(
  root: string,
  { command, kind, limitMinutes }: Stage,
  signal: AbortSignal,
): Promise<StageEnd> {
  const startedAt = performance.now();
  const [program, ...args] = command;
  const isScript = program.endsWith(".ts");
  const child = spawn(
    isScript ? process.execPath : join(root, "node_modules", ".bin", program),
    isScript ? [program, ...args] : args,
    {
      cwd: root,
      signal,
      stdio: ["ignore", kind === "tests" ? "inherit" : "pipe", kind === "tests" ? "inherit" : "pipe"],
      // Programs of node_modules start with `#!/usr/bin/env node`, and the system's Node may be old.
      env: { ...process.env, PATH: [join(root, ".node", "bin"), process.env.PATH ?? ""].join(delimiter) },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const timers = [
    setTimeout(() => {
      output += `\nended: not done after ${limitMinutes} minutes\n`;
      child.kill("SIGTERM");
      timers.push(setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS));
    }, limitMinutes * 60_000),
  ];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("error", (error) => {
    output += `${error.message}\n`;
    resolve(false);
  });
  child.once("close", (code) => resolve(code === 0));
  const passed = await promise;
  for (const timer of timers) clearTimeout(timer);
  return { passed, output, elapsedMs: performance.now() - startedAt };
}
