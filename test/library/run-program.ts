import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Then a program is taken to hang. */
const LONGEST_MS = 60_000;

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly folder: string;
}

/** A fresh folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-library-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Runs a program of another process to its end, which must come by itself. */
export async function runProgram(path: string, folder: string, args: readonly string[]): Promise<ProgramRun> {
  const child = spawn(process.execPath, ["--trace-warnings", path, ...args], {
    cwd: folder,
    timeout: LONGEST_MS,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { exitCode: child.exitCode, stdout, stderr, folder };
}

/** Runs a program of `programs`, which writes what came of it into `outcome.json`. */
export const runOwn = (name: string, folder: string): Promise<ProgramRun> =>
  runProgram(join(import.meta.dirname, "programs", name), folder, [folder]);

export const outcomeOf = (folder: string): unknown => JSON.parse(readFileSync(join(folder, "outcome.json"), "utf8"));
