import type { RunDiff } from "../report/diff/compare-runs.ts";
import type { CheckOptions, RunbookCheck } from "./check-runbook.ts";
import type { ExplainedCase } from "./explain-case.ts";
import type { PlannedRun, PlanOptions } from "./plan-run.ts";
import type { Replay, ReplayOptions } from "./replay/replay-each.ts";
import type { ReadRunOptions, RecordedRun } from "./report/read-run.ts";
import type { RenderOptions, ReportFormat } from "./report/render-report.ts";
import type { ResumeOptions, TestRunOptions } from "./run-options.ts";
import type { LoadRunbookOptions, RunbookFile } from "./runbook-file.ts";
import { startRun, type TestRun } from "./test-run.ts";

export type { CheckOptions, RunbookCheck } from "./check-runbook.ts";
export type { ExplainedCase } from "./explain-case.ts";
export type { PlannedResult, PlannedRun, PlanOptions, SkippedResult } from "./plan-run.ts";
export type { Replay, ReplayOptions } from "./replay/replay-each.ts";
export type { ReadRunOptions, RecordedRun } from "./report/read-run.ts";
export type { RenderOptions, ReportFormat } from "./report/render-report.ts";
export type { MakeNotifier, NotifierPlace, ResumeOptions, RunNotice, TestRunOptions } from "./run-options.ts";
export type { LoadRunbookOptions, RunbookFile } from "./runbook-file.ts";
export type { TestRun } from "./test-run.ts";
export type * from "./types.ts";

/**
 * Reads a runbook with all its files, variables and extensions. What is wrong with it, a missing file included, is in
 * `diagnostics` and never thrown. Throws UsageError when a suite or part that is given has a name that is taken, and
 * TypeError for a variable without a name.
 *
 * @example
 * const file = await loadRunbook("runbook.yml", { variables: { size: 4 }, secrets: { token } });
 * for (const diagnostic of file.diagnostics) console.error(file.describe(diagnostic));
 */
export async function loadRunbook(path: string, options: LoadRunbookOptions = {}): Promise<RunbookFile> {
  const { OpenRunbookFile } = await import("./runbook-file.ts");
  return await OpenRunbookFile.open(path, options);
}

/** Finds everything that is wrong with a runbook, in each of its combinations. Touches no machine. */
export async function check(file: RunbookFile, options: CheckOptions = {}): Promise<RunbookCheck> {
  const [{ opened }, { checkRunbook }] = await Promise.all([import("./runbook-file.ts"), import("./check-runbook.ts")]);
  return await checkRunbook(opened(file), options);
}

/**
 * Tells what a runbook would run, on what, and what would be skipped and why. Touches no machine. Problems are in
 * `diagnostics` of what it gives and never thrown.
 */
export async function plan(file: RunbookFile, options: PlanOptions = {}): Promise<PlannedRun> {
  const [{ opened }, { planRun }] = await Promise.all([import("./runbook-file.ts"), import("./plan-run.ts")]);
  return await planRun(opened(file), options);
}

/**
 * Tells why a case runs or does not: which entry of the runbook decides, and how the case would run. Throws RunbookError
 * when the runbook has errors and UsageError when there is no case `name`, which is `case` or `Suite.case`.
 */
export async function explain(file: RunbookFile, name: string): Promise<readonly ExplainedCase[]> {
  const [{ opened }, { checkedRunbook }, { explainCases }] = await Promise.all([
    import("./runbook-file.ts"),
    import("./checked-runbook.ts"),
    import("./explain-case.ts"),
  ]);
  return await explainCases(name, checkedRunbook(opened(file), { purpose: "look", warn: () => undefined }));
}

/**
 * Runs a runbook. It begins at once and never waits for a reader of its events. Journal and reports go into a folder of
 * its own; nothing is printed.
 *
 * @example
 * const running = run(await loadRunbook("runbook.yml"), { signal: AbortSignal.timeout(3_600_000) });
 * for await (const event of running) if (event.type === "case-finished") console.log(event.case, event.status);
 * const { verdict } = await running.report;
 */
export function run(file: RunbookFile, options: TestRunOptions = {}): TestRun {
  return startRun(async (signal, tail) => {
    const [{ opened }, { executeRun }] = await Promise.all([import("./runbook-file.ts"), import("./execute-run.ts")]);
    return await executeRun({ file: opened(file), options, signal, tail });
  }, options.signal);
}

/**
 * Goes on with a run that was killed, cancelled or stopped by a full disk, in its folder and its journal. `run` is a name
 * below the folder of the runs, a run folder or a journal; without it the newest is taken. Secrets, suites, extensions and
 * notifiers are given again. Of a run that is over it gives the report. `report` rejects with UsageError when the run goes
 * on in another process, or is asked for something else than before.
 */
export function resume(run?: string, options: ResumeOptions = {}): TestRun {
  return startRun(async (signal, tail) => {
    const { resumeRun } = await import("./resume/resume-run.ts");
    return await resumeRun({ run, options, signal, tail });
  }, options.signal);
}

/**
 * Runs the code of recorded cases as it is now against what their machines answered then, one after the other. `run` is a
 * run that was made with `record`, any folder with recordings, or one recording; without it the newest run is taken, and
 * with `sinceChange` all. Throws UsageError when there is no such run or case, RecordingUnreadable when there is no
 * recording at all.
 *
 * @example
 * for await (const { outcome, resultId } of replay("runs/latest")) console.log(resultId, outcome);
 */
export async function* replay(run?: string, options: ReplayOptions = {}): AsyncGenerator<Replay, void, undefined> {
  const { replayRecordings } = await import("./replay/replay-recordings.ts");
  yield* replayRecordings(run, options);
}

/**
 * Reads a run from its journal, whether it is over, goes on or was killed. `run` is named as for `resume`. Throws
 * UsageError when there is no such run, JournalUnreadable when its journal is damaged.
 */
export async function readRun(run?: string, { logPath = "runs" }: ReadRunOptions = {}): Promise<RecordedRun> {
  return await (await import("./report/read-run.ts")).readRecordedRun(run, logPath);
}

/** Makes a report of a run again, as text. Nothing is written. */
export async function renderReport(
  run: RecordedRun,
  format: ReportFormat,
  options: RenderOptions = {},
): Promise<string> {
  return await (await import("./report/render-report.ts")).render(run, format, options);
}

/** Tells what is different in the second of two runs: new failures, what was fixed, what became slower. */
export async function compareRuns(before: RecordedRun, after: RecordedRun): Promise<RunDiff> {
  return (await import("./report/compare.ts")).compare(before, after);
}

/** A comparison as text for people, in colours of terminals if wanted, or as one JSON document. */
export async function renderDiff(
  diff: RunDiff,
  format: "text" | "json",
  { color = false }: Pick<RenderOptions, "color"> = {},
): Promise<string> {
  return (await import("./report/compare.ts")).diffAs(format, diff, color);
}
