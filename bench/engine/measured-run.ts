import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");
const USAGE = pathToFileURL(join(import.meta.dirname, "..", "engine-usage.ts")).href;
const TIMEOUT_MS = 600_000;
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;
/** What assay ends with when cases fail. */
const CASES_FAILED = 1;

export interface MeasuredRun {
  readonly wallMs: number;
  /** User and system time of the process on all processors. */
  readonly processorMs: number;
  readonly peakMb: number;
  /** Bytes that the process had the kernel write to disks. */
  readonly writtenBytes: number;
  /** Path of the run folder. */
  readonly folder: string;
}

/** Runs `./assay` as a user would, with output into a pipe, and measures it from start to end. */
export async function measureRun(command: readonly string[], folder: string, id: string): Promise<MeasuredRun> {
  const usage = join(folder, `${id}.usage.json`);
  const environment = {
    ...process.env,
    NODE_OPTIONS: `--import=${USAGE}`,
    ASSAY_BENCH_USAGE: usage,
    NO_COLOR: "1",
  };
  const limits = { cwd: folder, env: environment, timeout: TIMEOUT_MS, maxBuffer: MOST_OUTPUT_BYTES };
  const startedMs = performance.now();
  const args = [...command, "--log_path", join(folder, "runs"), ...(command[0] === "run" ? ["--id", id] : [])];
  await promisify(execFile)(join(root, "assay"), args, limits).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === CASES_FAILED)) throw error;
  });
  const wallMs = performance.now() - startedMs;
  const used = JSON.parse(await readFile(usage, "utf8"));
  return { wallMs, ...used, folder: join(folder, "runs", id) };
}
