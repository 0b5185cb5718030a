import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type MeasuredRun, measureRun } from "./engine/measured-run.ts";
import { openReport } from "./engine/report-page.ts";
import { measureScheduler } from "./engine/scheduler.ts";
import { type CaseKind, writeCases } from "./engine/trivial-cases.ts";
import { atMost, type Figure, figure } from "./figure.ts";
import { linePlot } from "./runbook/plot.ts";

const SIZES = [100, 1000, 3000, 10_000, 30_000];
const GOAL = 10_000;
const PAGE_BYTES = 4096;
const TIMEOUT_MS = 600_000;

/**
 * Thousands of generated cases in one command on this machine, with journal, console, JUnit and HTML. Nothing is removed
 * before the end: ext4 looks long for a free inode after many were freed. The plot is written to `bench/engine.svg`.
 */
export default async function engine(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-engine-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  // Diagnostics are what a machine says, which is not measured here.
  const run = async (kind: CaseKind, count: number): Promise<MeasuredRun> =>
    await measureRun(
      ["run", "-r", await writeCases(folder, kind, count), "--diagnostics", "0"],
      folder,
      `${kind}-${count}`,
    );
  const load = loadavg()[0] ?? Number.NaN;
  // What a run costs before its first case.
  const alone = await run("named", 1);
  const series: { readonly count: number; readonly run: MeasuredRun }[] = [];
  for (const count of SIZES) series.push({ count, run: await run("named", count) });
  const times = await run("times", GOAL);
  const failing = await run("failing", GOAL);
  const named = series.find(({ count }) => count === GOAL)?.run ?? alone;
  await plot(alone, series);
  return [
    figure("other processes that wanted a processor when it began (load)", load, ""),
    ...costs(alone, series),
    ...command(`${GOAL} trivial cases`, named),
    ...command(`one trivial case ${GOAL} times`, times),
    ...command(`${GOAL} cases, a fifth of which fails with long messages, parts and metrics`, failing),
    ...(await journal(named, folder)),
    ...(await readAgain(folder, failing)),
    ...(await page("report of trivial cases", named)),
    ...(await page("report with 2000 failed cases", failing)),
    ...(await measureScheduler()),
  ];
}

function command(name: string, { wallMs, processorMs, peakMb }: MeasuredRun): readonly Figure[] {
  return [
    figure(`${name}, one command`, wallMs / 1000, "s", atMost(20)),
    figure(`${name}, processor time`, processorMs / 1000, "s"),
    figure(`${name}, peak memory`, peakMb, "MB", atMost(400)),
  ];
}

const perCase = (alone: MeasuredRun, count: number, run: MeasuredRun, what: "wallMs" | "processorMs"): number =>
  Math.max(0, ((run[what] - alone[what]) * 1000) / count);

type Sizes = readonly { readonly count: number; readonly run: MeasuredRun }[];

function costs(alone: MeasuredRun, series: Sizes): readonly Figure[] {
  const costOf = (wanted: number): number =>
    series.reduce((sum, { count, run }) => sum + (count === wanted ? perCase(alone, count, run, "processorMs") : 0), 0);
  return [
    ...series.map(({ count, run }) =>
      figure(`processor time per case in a run of ${count}`, perCase(alone, count, run, "processorMs"), "µs"),
    ),
    figure("processor time per case, 30000 ÷ 1000 cases", costOf(30_000) / costOf(1000), "×", atMost(1.3)),
    ...series.map(({ count, run }) => figure(`peak memory of a run of ${count}`, run.peakMb, "MB")),
  ];
}

async function plot(alone: MeasuredRun, series: Sizes): Promise<void> {
  const line = (name: string, what: "wallMs" | "processorMs") => ({
    name,
    points: series.map(({ count, run }) => ({ x: count, y: perCase(alone, count, run, what) })),
  });
  const lines = [line("wall time", "wallMs"), line("processor time", "processorMs")];
  const drawing = linePlot("Cost of a trivial case in one command", { x: "cases", y: "microseconds per case" }, lines);
  await writeFile(join(import.meta.dirname, "engine.svg"), drawing);
}

/** What goes to the disk, and a bare loop that writes and flushes the same lines one result at a time. */
async function journal(run: MeasuredRun, folder: string): Promise<readonly Figure[]> {
  const path = join(run.folder, "journal.ndjson");
  const { size } = await stat(path);
  const script = join(import.meta.dirname, "engine-bare.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, path, join(folder, "bare.ndjson")], {
    timeout: TIMEOUT_MS,
  });
  const bare: { readonly elapsedMs: number; readonly results: number } = JSON.parse(stdout);
  const others = await pagesOf(run.folder, "journal.ndjson");
  return [
    figure("journal per result", size / bare.results, "bytes"),
    figure("bytes written to disk ÷ bytes of the journal, everything", run.writtenBytes / size, "×"),
    figure(
      "bytes written to disk ÷ bytes of the journal, the journal alone",
      Math.max(0, run.writtenBytes - others) / size,
      "×",
    ),
    figure("bare loop that writes and flushes the same lines", bare.elapsedMs / 1000, "s"),
    figure("the whole command ÷ the bare loop", run.wallMs / bare.elapsedMs, "×"),
  ];
}

/** Bytes of all files but one, in whole pages, as a disk gets them. */
async function pagesOf(folder: string, except: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === except) continue;
    const { size } = await stat(join(entry.parentPath, entry.name));
    bytes += Math.ceil(size / PAGE_BYTES) * PAGE_BYTES;
  }
  return bytes;
}

/** Reports and a resumption that read the journal of a run again. */
async function readAgain(folder: string, run: MeasuredRun): Promise<readonly Figure[]> {
  const report = await measureRun(["report", run.folder, "--format", "html"], folder, "report");
  const resume = await measureRun(["resume", run.folder], folder, "resume");
  return [
    figure(`'assay report --format html' of ${GOAL} results, peak memory`, report.peakMb, "MB", atMost(400)),
    figure(`'assay report --format html' of ${GOAL} results`, report.wallMs / 1000, "s"),
    figure(`'assay resume' of ${GOAL} results, peak memory`, resume.peakMb, "MB", atMost(400)),
  ];
}

async function page(name: string, run: MeasuredRun): Promise<readonly Figure[]> {
  const path = join(run.folder, "report.html");
  if (!existsSync(path)) throw new Error(`The run left no report '${path}'.`);
  const opened = await openReport(path);
  if (opened === undefined) {
    process.stderr.write(`engine: ${name}: not measured, because there is no Chromium (apt-get install chromium)\n`);
    return [figure(`${name}, size`, (await stat(path)).size / 1e6, "MB", atMost(10))];
  }
  return [
    figure(`${name}, size`, opened.megabytes, "MB", atMost(10)),
    figure(`${name}, until a search shows its rows`, opened.interactiveMs / 1000, "s", atMost(2)),
    figure(`${name}, processor time of the page by then`, opened.processorMs / 1000, "s"),
    figure(`${name}, until a row shows its details`, opened.detailMs / 1000, "s"),
    figure(`${name}, rows`, opened.rows, ""),
  ];
}
