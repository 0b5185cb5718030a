import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { atMost, type Figure, figure } from "../figure.ts";

const SCRIPT = join(import.meta.dirname, "..", "engine-scheduler-once.ts");
const TIMEOUT_MS = 300_000;
const ENVIRONMENTS = 1000;
const CONCURRENCY = 100;
const CASES = 10_000;
/** Long enough for all to run at once, short enough for the whole to end soon. */
const CASE_MS = 20;
const IDLE_CASE_MS = 5000;
/** Where files cost no search for a free inode, which grows with the number of folders on ext4 and hides all else. */
const MEMORY_DISK = "/dev/shm";

interface Measured {
  readonly passed: number;
  readonly environments: number;
  readonly elapsedMs: number;
  readonly processorMs: number;
  readonly idlePercent: number;
  readonly heapGrowthMb: number;
  readonly peakMb: number;
}

/** What the schedule itself costs: cases and machines are timers, so that everything else of a run is next to nothing. */
export async function measureScheduler(): Promise<readonly Figure[]> {
  const memory = existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir();
  const busy = await measure(CASES, ENVIRONMENTS, CASE_MS, tmpdir());
  const few = await measure(CASES, ENVIRONMENTS, CASE_MS, memory);
  const more = await measure(3 * CASES, 3 * ENVIRONMENTS, CASE_MS, memory);
  const idle = await measure(CONCURRENCY, CONCURRENCY, IDLE_CASE_MS, tmpdir());
  const what = `${CASES} cases on ${ENVIRONMENTS} environments, ${CONCURRENCY} at a time`;
  const perCase = (run: Measured): number => run.processorMs / run.passed;
  return [
    figure(`${what}: processor time per case, journal included`, perCase(busy), "ms", atMost(1)),
    figure(`${what}: wall time`, busy.elapsedMs / 1000, "s"),
    figure("wall time of the timers alone", wallOfTimersMs(busy) / 1000, "s"),
    figure("the same with the run folder in memory", perCase(few), "ms"),
    figure("growth of that from 10000 to 30000 cases", perCase(more) / perCase(few), "×", atMost(1.3)),
    figure("heap kept per case", ((more.heapGrowthMb - few.heapGrowthMb) * 1024) / (more.passed - few.passed), "KiB"),
    figure(`${3 * CASES} cases: peak memory`, more.peakMb, "MB", atMost(400)),
    figure(`processor while ${CONCURRENCY} workers wait`, idle.idlePercent, "%", atMost(1)),
  ];
}

/** Each worker waits for its cases and for the machines it makes. */
const wallOfTimersMs = ({ passed, environments }: Measured): number =>
  ((passed + environments) * CASE_MS) / CONCURRENCY;

/** With the run folder below `folder`. */
async function measure(cases: number, environments: number, caseMs: number, folder: string): Promise<Measured> {
  const args = ["--expose-gc", SCRIPT, ...[cases, environments, CONCURRENCY, caseMs].map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: TIMEOUT_MS,
    env: { ...process.env, TMPDIR: folder },
  });
  const measured: Measured = JSON.parse(stdout);
  if (measured.passed !== cases) throw new Error(`Of ${cases} cases ${measured.passed} passed.`);
  return measured;
}
