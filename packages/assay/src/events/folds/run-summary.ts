import type { FailureClass } from "../../errors/assay-error.ts";
import type {
  CombinationValues,
  Counts,
  EventOf,
  FinalStatus,
  Repetition,
  ResultIdentity,
  ResultStatus,
  RunEvent,
  Verdict,
} from "../types.ts";
import { RunFold } from "./run-fold.ts";

/** One line of a case's log. */
export interface LogLine {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly level: "info" | "warn";
  readonly text: string;
}

export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface Subtest {
  readonly name: string;
  readonly status: FinalStatus;
  readonly message: string;
  readonly durationMs: number;
}

/** What a case left behind on a node, a line each, and how much more there was. */
export interface Pollution {
  readonly node: string;
  readonly findings: readonly string[];
  readonly more: number;
}

export interface Repeat {
  readonly status: FinalStatus;
  readonly message: string;
  /** Relative to the run folder. */
  readonly folder: string;
}

/** What `by` makes of the evidence, or why it makes nothing of it. */
export interface Analysis {
  readonly by: string;
  readonly text: string;
  readonly problem: string | undefined;
}

export interface Artifact {
  readonly name: string;
  /** As the event gave it: relative to the run folder. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Everything the journal says about one result. A result that never finished keeps status QUEUED or RUNNING. */
export interface ResultSummary extends ResultIdentity {
  readonly about: string;
  readonly area: string;
  readonly priority: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly status: ResultStatus;
  readonly message: string;
  readonly warning: string | undefined;
  readonly failureClass: FailureClass | undefined;
  readonly stack: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** For a result that never finished: the time from its start to the last event. */
  readonly durationMs: number;
  readonly rebootMs: number;
  /** How often the case was started; all but `folder` and the notices is about the last time. */
  readonly attempts: number;
  readonly environment: string | undefined;
  /** Case folder relative to the run folder. */
  readonly folder: string | undefined;
  readonly log: readonly LogLine[];
  /** Log lines left out between the first and the last ones that are kept. */
  readonly droppedLogLines: number;
  readonly metrics: readonly Metric[];
  readonly subtests: readonly Subtest[];
  readonly artifacts: readonly Artifact[];
  /** How the nodes were when the case had failed. */
  readonly diagnostics: readonly Artifact[];
  readonly pollution: readonly Pollution[];
  /** The times it was run once more after it had failed. */
  readonly repeats: readonly Repeat[];
  /** A sentence on the metrics that miss the criteria of the runbook. */
  readonly missedCriteria: string | undefined;
  /** What those who read the evidence of the failed case make of it. */
  readonly analyses: readonly Analysis[];
  readonly repetition: Repetition | undefined;
  readonly panic: { readonly node: string; readonly category: string; readonly lines: readonly string[] } | undefined;
  readonly serialTail: string | undefined;
}

/** A step of getting machines ready. `elapsedMs` is undefined while it runs. */
export interface ProgressStep {
  readonly environment: string | undefined;
  readonly step: string;
  readonly detail: string | undefined;
  readonly startedAt: string;
  readonly elapsedMs: number | undefined;
}

export interface EnvironmentSummary {
  readonly name: string;
  readonly state: "deploying" | "ready" | "failed" | "deleted";
  readonly startedAt: string;
  readonly readyAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly deployMs: number | undefined;
  readonly deleteMs: number | undefined;
  readonly facts: Readonly<Record<string, string>>;
  readonly nodes: readonly string[];
  readonly message: string | undefined;
  readonly help: string | undefined;
  readonly serialTail: string | undefined;
}

/** One run of a transformer; one that never finished has no `elapsedMs`. */
export interface TransformerSummary {
  readonly transformer: string;
  readonly kind: string;
  readonly phase: string;
  readonly combination: CombinationValues | undefined;
  readonly environment: string | undefined;
  readonly node: string | undefined;
  readonly folder: string;
  readonly startedAt: string;
  readonly elapsedMs: number | undefined;
  /** Why it failed; empty when it did not. */
  readonly message: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Notice {
  readonly at: string;
  readonly level: "info" | "warn" | "error";
  readonly text: string;
  readonly help: string | undefined;
}

/** The whole run as one value; every report is made from it. */
export interface RunSummary {
  readonly run: string;
  readonly name: string;
  readonly version: string;
  readonly runbook: string;
  readonly platform: string;
  readonly host: Readonly<Record<string, string>>;
  readonly startedAt: string | undefined;
  /** Time of the last event. */
  readonly lastEventAt: string | undefined;
  readonly elapsedMs: number;
  /** Undefined while the run goes on, and for a run that was killed. */
  readonly verdict: Verdict | undefined;
  readonly reason: string;
  readonly exitCode: number | undefined;
  readonly counts: Counts;
  /** What runs depends on what the run does, and the run has not come so far that all of it is planned. */
  readonly isPlanOpen: boolean;
  /** Results without a final status. */
  readonly unfinished: number;
  /** In the order of the plan. */
  readonly results: readonly ResultSummary[];
  readonly environments: readonly EnvironmentSummary[];
  readonly progress: readonly ProgressStep[];
  /** In the order in which they started. */
  readonly transformers: readonly TransformerSummary[];
  readonly excluded: EventOf<"run-started">["excluded"];
  readonly notices: readonly Notice[];
}

/** Folds a journal, finished or not, into a summary. Pure. */
export function summarizeRun(events: Iterable<RunEvent>): RunSummary {
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  return fold.summary();
}
