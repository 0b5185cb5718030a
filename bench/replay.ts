import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { suites } from "@assay/suites";
import { CaseFinder } from "../packages/assay/src/engine/replay/case-finder.ts";
import { readJournal } from "../packages/assay/src/events/journal.ts";
import { RECORDING_FILE } from "../packages/assay/src/recording/format.ts";
import { readRecording } from "../packages/assay/src/recording/recording-file.ts";
import { replayCase } from "../packages/assay/src/run/replay-case.ts";
import { atLeast, atMost, type Figure, figure, median } from "./figure.ts";

const root = join(import.meta.dirname, "..");
const TIMEOUT_MS = 1_200_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;
const ROUNDS = 21;

/** Quick ones, which have the least to gain: none reboots or waits. */
const CASES = ["verify_cpu_count", "verify_swap", "verify_services_state", "verify_dhcp_client_timeout"];

/** One guest at a time, so that no other one slows the cases down. */
const RUNBOOK = `include: [{ path: ${join(root, "runbooks", "all.yml")} }]
name: replay
concurrency: 1
`;

/** What `assay run --json` prints, as far as it is looked at here. */
interface Report {
  readonly results: readonly {
    readonly suite: string;
    readonly case: string;
    readonly status: string;
    readonly durationMs: number;
  }[];
  readonly reports: { readonly journal: string };
}

interface Measured {
  readonly ranMs: number;
  readonly forkMs: number;
  readonly replayMs: number;
}

/**
 * The same cases on real forks and as replays of what was recorded there, from the file on the disk to the verdict. Time
 * on a fork is that of the case alone; what its fork adds is told apart.
 */
export default async function replay(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-replay-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const runbook = join(folder, "replay.yml");
  await writeFile(runbook, RUNBOOK);
  const assay = async (...args: readonly string[]): Promise<string> => {
    const limits = { cwd: root, timeout: TIMEOUT_MS, maxBuffer: MOST_OUTPUT_BYTES };
    return (await promisify(execFile)(join(root, "assay"), [...args, "--log_path", join(folder, "runs")], limits))
      .stdout;
  };
  const report: Report = JSON.parse(await assay("run", "-r", runbook, ...CASES, "--record", "--json"));
  const forks = readJournal(report.reports.journal).filter((event) => event.type === "environment-ready");
  const forkMs = median(forks.map(({ elapsedMs }) => elapsedMs));
  const measured: Measured[] = [];
  for (const { suite, case: name, durationMs } of report.results) {
    const path = join(report.reports.journal, "..", "cases", `${suite}.${name}`, RECORDING_FILE);
    measured.push({ ranMs: durationMs, forkMs, replayMs: await replayTime(path) });
  }
  const startedAt = performance.now();
  await assay("replay");
  const commandS = (performance.now() - startedAt) / 1000;
  const alone = measured.map(({ ranMs, replayMs }) => ranMs / replayMs);
  const withFork = measured.map((each) => (each.ranMs + each.forkMs) / each.replayMs);
  return [
    figure(
      "case on a fork ÷ its replay, the fork not counted, smallest of 4 cases",
      Math.min(...alone),
      "×",
      atLeast(50),
    ),
    figure("the same, median", median(alone), "×"),
    figure("fork and case ÷ replay, median", median(withFork), "×"),
    figure("case on a fork, median of 4 cases", median(measured.map(({ ranMs }) => ranMs)), "ms"),
    figure("getting a fork ready, median", forkMs, "ms"),
    figure(
      "replay from file to verdict, slowest of 4 cases",
      Math.max(...measured.map(({ replayMs }) => replayMs)),
      "ms",
      atMost(20),
    ),
    figure("command 'assay replay' of these 4, start of Node included", commandS, "s"),
  ];
}

/** Median time of a replay; the first one, which loads code, is not measured. */
async function replayTime(path: string): Promise<number> {
  const finder = new CaseFinder(suites);
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const startedAt = performance.now();
    const recording = await readRecording(path);
    const replayed = await replayCase(recording, await finder.find(recording.header), new AbortController().signal);
    if (!replayed.isAsRecorded) throw new Error(`The replay of '${path}' is not as recorded.`);
    if (round > 0) times.push(performance.now() - startedAt);
  }
  return median(times);
}
