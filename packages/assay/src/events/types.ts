import type { FailureClass } from "../errors/assay-error.ts";

/** States of a result. The last four are final. */
export type ResultStatus = "QUEUED" | "ASSIGNED" | "RUNNING" | "PASSED" | "FAILED" | "SKIPPED" | "ATTEMPTED";
export type FinalStatus = Extract<ResultStatus, "PASSED" | "FAILED" | "SKIPPED" | "ATTEMPTED">;

export interface ResultIdentity {
  /** Unique in the run: `<suite>.<case>#<n>`, in a run with a combinator `<suite>.<case>[<name>=<value>]#<n>`. */
  readonly resultId: string;
  readonly suite: string;
  readonly case: string;
  /** The combinator's values the case ran with, by variable. */
  readonly combination?: CombinationValues;
}

/** What a combinator gives variables for one run of the cases, as text by variable. */
export type CombinationValues = Readonly<Record<string, string>>;

interface PlannedResult extends ResultIdentity {
  readonly about: string;
  readonly priority: number;
  readonly area: string;
  readonly timeoutMs: number;
}

/** Cases that are not run, each with the reason. */
type ExcludedCases = readonly { readonly suite: string; readonly case: string; readonly reason: string }[];

/** Where a transformer ran. */
interface TransformerIdentity {
  readonly transformer: string;
  /** Type of transformer. */
  readonly kind: string;
  readonly phase: string;
  readonly combination?: CombinationValues;
  /** Of the phase `environment_connected`. */
  readonly environment?: string;
  readonly node?: string;
  /** Of its log, relative to the run folder. */
  readonly folder: string;
}

export type Verdict = "passed" | "failed" | "invalid" | "machinery-failed" | "interrupted";

/** Counts of final results by status. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly attempted: number;
}

/**
 * What a run was asked to do, so that it can be gone on with. Secrets are not in it: only the names of what has to be
 * given again.
 */
export interface RunInputs {
  /** Working directory. */
  readonly folder: string;
  /** As given. */
  readonly runbook: string;
  /** Names of cases from the command line. */
  readonly cases: readonly string[];
  /** Other options of the command line, by name. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** `name:value`, as given to -v. */
  readonly variables: readonly string[];
  /** Environment variables that set variables of the runbook. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables given from outside whose values are secrets or hold one. */
  readonly secrets: readonly string[];
  /** SHA-256 of the files of the runbook, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** How a case ended that was run more than once, each time on another environment. */
export interface Repetition {
  /** Runs that came to a verdict, the first included. */
  readonly attempts: number;
  readonly failures: number;
  /** `failures` of `attempts`, 0 to 1. */
  readonly rate: number;
  /** Bounds of the rate, 95 % sure (Wilson). */
  readonly low: number;
  readonly high: number;
  /** It fails sometimes, or always. */
  readonly label: "flaky" | "broken";
}

/** In which direction a metric is better; a parameter is no measurement but what was measured with. */
export type Relativity = "HigherIsBetter" | "LowerIsBetter" | "Parameter";

/** What else may be said of a metric, as LISA's performance messages have it. */
export interface MetricDetails {
  readonly relativity?: Relativity;
  readonly description?: string;
  /** Program that measured, such as `fio`. */
  readonly tool?: string;
  readonly ipVersion?: "IPv4" | "IPv6";
  readonly protocol?: "TCP" | "UDP";
  /** Of several nodes the one that measured, such as `server`. */
  readonly role?: string;
}

/** How one metric compares with its criteria. */
export interface MetricEvaluation {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly relativity?: Relativity;
  readonly tool?: string;
  readonly role?: string;
  /** Size of the machine; `unknown` where the platform has none. */
  readonly vmSize: string;
  readonly hasCriteria: boolean;
  /** True as well where there are no criteria. */
  readonly isMet: boolean;
  readonly message: string;
}

interface EventTypes {
  /** First event of a run. `plan` lists every result there will be, in order, but for those of `plan-added`. */
  "run-started": {
    readonly run: string;
    readonly name: string;
    readonly version: string;
    readonly runbook: string;
    readonly platform: string;
    readonly host: Readonly<Record<string, string>>;
    readonly plan: readonly PlannedResult[];
    readonly excluded: ExcludedCases;
    /** What runs depends on what the run does first: `plan-added` tell it. */
    readonly isPlanOpen?: boolean;
    /** Absent when the run cannot be gone on with. */
    readonly inputs?: RunInputs;
  };
  /** A run that was cut off goes on. What is final stands. */
  "run-resumed": {
    readonly version: string;
    readonly host: Readonly<Record<string, string>>;
    /** Results that had begun and were not final: they run again. */
    readonly again: readonly string[];
    /** ISO 8601 UTC: the last event before. */
    readonly cutOffAt: string;
    /** What is asked for otherwise than before, a sentence each. */
    readonly changes: readonly string[];
    readonly inputs?: RunInputs;
  };
  /** The results of one combination, in a run whose plan depends on what it does before. */
  "plan-added": {
    /** Undefined without a combinator. */
    readonly combination: CombinationValues | undefined;
    readonly platform: string;
    readonly plan: readonly PlannedResult[];
    readonly excluded: ExcludedCases;
  };
  /** The results of a combination are final and its clean-up is over. */
  "combination-finished": {
    /** What marks it in the ids of results; empty without a combinator. */
    readonly label: string;
    readonly verdict: "passed" | "failed" | "none";
  };
  "transformer-started": TransformerIdentity;
  "transformer-finished": TransformerIdentity & {
    /** Empty when it did what it had to. */
    readonly message: string;
    /** Variables it set. */
    readonly outputs: Readonly<Record<string, string>>;
    /** Those of them that were no texts and stand here as JSON. */
    readonly json?: readonly string[];
    /** Those of them that are secrets or hold one: their values are not here. */
    readonly hidden?: readonly string[];
    readonly elapsedMs: number;
  };
  /** A step of getting machines ready; `elapsedMs` is set when it is over. */
  "platform-progress": {
    readonly environment: string | undefined;
    readonly step: string;
    readonly detail?: string;
    readonly elapsedMs?: number;
  };
  "environment-ready": {
    readonly environment: string;
    /** The environment of the machines that this one's guests are on; it has been part of this one since then. */
    readonly within?: string;
    readonly elapsedMs: number;
    readonly facts: Readonly<Record<string, string>>;
    readonly nodes: readonly string[];
    /** What each of the nodes has, in their order. */
    readonly capabilities?: readonly { readonly cores: number; readonly memoryMb: number }[];
  };
  "environment-failed": {
    readonly environment: string;
    readonly message: string;
    readonly help?: string;
    readonly serialTail?: string;
  };
  "environment-deleted": { readonly environment: string; readonly elapsedMs: number };
  "case-started": ResultIdentity & { readonly environment: string | undefined; readonly folder: string };
  "case-log": ResultIdentity & { readonly level: "info" | "warn"; readonly text: string };
  "case-metric": ResultIdentity & {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
  } & MetricDetails;
  /** How what a case measured compares with the criteria of the runbook. */
  "case-evaluation": ResultIdentity & {
    readonly evaluations: readonly MetricEvaluation[];
    /** A sentence on those that miss their criteria; absent when none does. */
    readonly missed?: string;
    /** The case had passed, and fails for it. */
    readonly isFailure?: boolean;
  };
  /** What something that reads the evidence of a failed case makes of it; comes after the result is final. */
  "case-analysis": ResultIdentity & {
    /** Who analysed, such as `AI`. */
    readonly by: string;
    /** Empty when there is a problem. */
    readonly text: string;
    /** Why there is no analysis, a sentence. */
    readonly problem?: string;
    readonly elapsedMs: number;
  };
  "case-artifact": ResultIdentity & { readonly name: string; readonly path: string; readonly sizeBytes: number };
  /** How a node was after a case had failed on it. */
  "case-diagnostics": ResultIdentity & {
    readonly node: string;
    readonly files: readonly { readonly name: string; readonly path: string; readonly sizeBytes: number }[];
    readonly elapsedMs: number;
    /** Why it is not all, a sentence. */
    readonly problem?: string;
  };
  /** What a case left behind on a node, took away or changed, a line each. */
  "case-pollution": ResultIdentity & {
    readonly node: string;
    readonly findings: readonly string[];
    /** Further findings that are only in the case's log. */
    readonly more: number;
  };
  "case-subtest": ResultIdentity & {
    readonly name: string;
    readonly status: FinalStatus;
    readonly message: string;
    readonly durationMs: number;
  };
  /** The guest's kernel panicked, oopsed or locked up while the case ran. */
  "kernel-panic": ResultIdentity & {
    readonly node: string;
    readonly category: string;
    readonly lines: readonly string[];
  };
  /** A failed case was run once more, to see how often it fails; nothing else is told of that time. */
  "case-repeated": ResultIdentity & {
    readonly status: FinalStatus;
    readonly message: string;
    readonly durationMs: number;
    readonly environment: string | undefined;
    /** Relative to the run folder. */
    readonly folder: string;
    /** Of the times it is run once more, from 1. */
    readonly time: number;
    readonly times: number;
  };
  /** A result is final. */
  "case-finished": ResultIdentity & {
    readonly status: FinalStatus;
    readonly message: string;
    readonly failureClass?: FailureClass;
    readonly warning?: string;
    readonly durationMs: number;
    /** Time the guest itself spent rebooting, a part of `durationMs`. */
    readonly rebootMs: number;
    readonly environment: string | undefined;
    readonly stack?: string;
    /** Last lines of the serial console, for failed cases. */
    readonly serialTail?: string;
    /** How it ended each time, when it was run more than once and failed at least once. */
    readonly repetition?: Repetition;
    /** The run was interrupted meanwhile, so the case runs again when the run is gone on with. */
    readonly isCutOff?: boolean;
  };
  /** Something that kept failing is taken out, tried again, back in use or given up. */
  "health-changed": {
    /** Such as `platform 'qemu'` or `host '10.0.0.5:22'`. */
    readonly what: string;
    readonly state: "closed" | "open" | "half-open" | "given-up";
    readonly level: "info" | "warn" | "error";
    /** A sentence for people. */
    readonly text: string;
  };
  notice: { readonly level: "info" | "warn" | "error"; readonly text: string; readonly help?: string };
  /** Last event of a run that was not killed; `run-resumed` may follow when it was cut short. */
  "run-finished": {
    readonly verdict: Verdict;
    readonly reason: string;
    readonly exitCode: number;
    readonly counts: Counts;
    readonly elapsedMs: number;
    /** There was more to do: it was interrupted or gave up. */
    readonly isCutShort?: boolean;
  };
}

export type EventType = keyof EventTypes;
/** The body of an event before the journal has stamped it. */
export type EventBody = { [T in EventType]: { readonly type: T } & EventTypes[T] }[EventType];
/** `seq` counts from 1 without gaps; `at` is ISO 8601 UTC with milliseconds. */
export type RunEvent = EventBody & { readonly seq: number; readonly at: string };
export type EventOf<T extends EventType> = Extract<RunEvent, { readonly type: T }>;
