import { join } from "node:path";
import { AssayError, ExitCode } from "../errors/assay-error.ts";
import { EventStream } from "../events/event-stream.ts";
import { Journal } from "../events/journal.ts";
import { makeMask } from "../events/mask.ts";
import type { EventBody, EventOf } from "../events/types.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import type { Plan } from "../plan/plan.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Runbook } from "../runbook/types.ts";
import type { RunFolder } from "./run-folder.ts";
import { schedule } from "./schedule.ts";
import { countStatuses, type RunVerdict, verdictOf } from "./verdict.ts";

export interface RunOptions {
  readonly runbook: Runbook;
  readonly plan: Plan;
  readonly platform: Platform;
  readonly folder: RunFolder;
  readonly notifiers: readonly Notifier[];
  /** Version of assay, for the record. */
  readonly version: string;
  /** Facts of this host, for the record. */
  readonly host: Readonly<Record<string, string>>;
  /** Cancels the run; its reason is the name of the signal that did it, `SIGINT` or `SIGTERM`. */
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

export interface RunReport extends RunVerdict {
  readonly run: string;
  readonly counts: ReturnType<typeof countStatuses>;
  readonly results: readonly Omit<EventOf<"case-finished">, "seq" | "at">[];
  readonly journal: string;
  /** Paths of what the notifiers made, by notifier name. */
  readonly reports: ReadonlyMap<string, readonly string[]>;
  readonly elapsedMs: number;
}

/** Runs a plan on a platform: the one way from a plan to a verdict. Everything that happens goes through the journal. */
export async function run(options: RunOptions): Promise<RunReport> {
  const { plan, platform, folder, signal } = options;
  const startedMs = performance.now();
  using journal = new Journal(join(folder.path, "journal.ndjson"));
  const mask = makeMask(options.runbook.secrets, options.runbook.secretMasks);
  const stream = new EventStream({
    journal,
    mask,
    notifiers: options.notifiers,
    ...(options.now && { now: options.now }),
  });
  const { emit } = stream;
  const facts = {
    run: folder.run,
    name: options.runbook.name,
    version: options.version,
    runbook: options.runbook.file,
    platform: platform.type,
    host: options.host,
  };
  const startedAt = new Date().toISOString();
  folder.writeFacts({ ...facts, startedAt });
  emit({ type: "run-started", ...facts, plan: planned(plan), excluded: notSelected(plan) });

  const refused = plan.excluded.map((entry) => skippedResult(entry));
  for (const result of refused) {
    emit(result);
  }
  const scheduled = await prepareAndSchedule(options, mask, emit);
  const results = [...refused, ...scheduled.finished];
  const counts = countStatuses(results.map((result) => result.status));
  const ended = verdictOf({
    counts,
    planned: plan.entries.length + refused.length,
    deploymentFailures: scheduled.deploymentFailures,
    gaveUp: scheduled.gaveUp,
    interruptedBy: signal.aborted ? (signal.reason === "SIGTERM" ? "SIGTERM" : "SIGINT") : undefined,
  });
  const verdict = scheduled.isConfigurationWrong
    ? { ...ended, verdict: "invalid" as const, exitCode: ExitCode.configuration }
    : ended;
  const elapsedMs = Math.round(performance.now() - startedMs);
  emit({ type: "run-finished", ...verdict, counts, elapsedMs });
  folder.writeFacts({ ...facts, ...verdict, counts, elapsedMs, startedAt, finishedAt: new Date().toISOString() });
  const reports = await stream.close();
  return { ...verdict, run: folder.run, counts, results, journal: journal.path, reports, elapsedMs };
}

interface Scheduled extends Awaited<ReturnType<typeof schedule>> {
  readonly isConfigurationWrong: boolean;
}

async function prepareAndSchedule(
  options: RunOptions,
  mask: (text: string) => string,
  emit: (event: EventBody) => void,
): Promise<Scheduled> {
  const { plan, platform, folder, signal, runbook } = options;
  const nothing = { finished: [], deploymentFailures: 0, gaveUp: undefined, isConfigurationWrong: false };
  if (plan.entries.length === 0) {
    return nothing;
  }
  try {
    const logFolder = folder.environmentFolder("prepare");
    await platform.prepare({
      signal,
      logFolder,
      progress: (progress) => emit({ type: "platform-progress", ...progress }),
    });
  } catch (error) {
    if (signal.aborted) {
      return nothing;
    }
    if (!(error instanceof AssayError)) {
      throw error;
    }
    const serialTail = "serialTail" in error && typeof error.serialTail === "string" ? error.serialTail : undefined;
    emit({
      type: "environment-failed",
      environment: "prepare",
      message: error.message,
      ...(error.help === undefined ? {} : { help: error.help }),
      ...(serialTail === undefined ? {} : { serialTail }),
    });
    return { ...nothing, gaveUp: error.message, isConfigurationWrong: error.exitCode === ExitCode.configuration };
  }
  const result = await schedule({
    entries: plan.entries,
    platform,
    concurrency: Math.min(runbook.concurrency ?? platform.maxEnvironments, platform.maxEnvironments),
    folder,
    variables: runbook.caseVariables,
    mask,
    emit,
    signal,
  });
  return { ...result, isConfigurationWrong: false };
}

function planned(plan: Plan): EventOf<"run-started">["plan"] {
  return [...plan.excluded, ...plan.entries].map((entry) => ({
    resultId: entry.resultId,
    suite: entry.case.suite.name,
    case: entry.case.name,
    about: entry.case.about,
    priority: entry.case.priority,
    area: entry.case.suite.area,
    timeoutMs: entry.case.timeoutMs,
  }));
}

function skippedResult(entry: Plan["excluded"][number]): RunReport["results"][number] {
  return {
    type: "case-finished",
    resultId: entry.resultId,
    suite: entry.case.suite.name,
    case: entry.case.name,
    status: "SKIPPED",
    message: entry.reason,
    durationMs: 0,
    rebootMs: 0,
    environment: undefined,
  };
}

function notSelected(plan: Plan): EventOf<"run-started">["excluded"] {
  const reason = "The runbook does not select it.";
  return plan.notSelected.map((each) => ({ suite: each.suite.name, case: each.name, reason }));
}
