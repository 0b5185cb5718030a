import type { CombinationValues, EventBody, EventOf } from "../../events/types.ts";
import type { PlanEntry } from "../../plan/plan.ts";
import type { Machines } from "../../plan/predefined.ts";
import type { Environment, Platform } from "../../platforms/platform.ts";
import type { CaptureSettings } from "../../runbook/types.ts";
import type { Aftercare } from "../aftercare.ts";
import type { RunResources } from "../deploy/run-resources.ts";
import type { DiskPause } from "../disk-pause.ts";
import type { CircuitSettings } from "../health/circuit.ts";
import type { CaseJudges } from "../judge-outcome.ts";
import type { RunFolder } from "../run-folder.ts";
import type { WorkerSlots } from "../worker-slots.ts";

/** What the cases of one plan are run with. */
export interface ScheduleOptions {
  readonly entries: readonly PlanEntry[];
  readonly platform: Platform;
  readonly concurrency: number;
  /** Further attempts to make an environment. */
  readonly deployRetry: number;
  /** How long what an environment needs may be in use elsewhere. */
  readonly waitResourceMs: number;
  /** What the runbook wants to know of the nodes. */
  readonly capture?: CaptureSettings;
  /** When a platform that keeps failing is taken out. */
  readonly circuit: CircuitSettings;
  /** What all environments of the run share. */
  readonly resources: RunResources;
  /** What the runbook says of the machines there are or are to be made. */
  readonly machines: Machines;
  readonly folder: RunFolder;
  /** Variables that cases see, asked before each case. */
  readonly variables: () => Readonly<Record<string, unknown>>;
  /** After one FAILED result the rest is SKIPPED; what runs is finished. */
  readonly isStoppedByFailure: boolean;
  /** How often the case of a result was started before the run was cut off. */
  readonly startsBefore: (resultId: string) => number;
  /** A result that had failed by then; counts for `isStoppedByFailure`. */
  readonly failedBefore: string | undefined;
  /** Values of the combinator. */
  readonly combination?: CombinationValues;
  /** Called each time an environment is connected; what it throws fails the deployment. */
  readonly connected?: (environment: Environment, signal: AbortSignal) => Promise<void>;
  /** Gives the next number of an environment of the run. */
  readonly nextEnvironment: () => number;
  /** What all combinations of the run share. */
  readonly shared?: SharedWork;
  readonly mask: (text: string) => string;
  /** Stores what every case asks of its nodes. */
  readonly isRecording?: boolean;
  readonly aftercare: Aftercare;
  readonly judges?: CaseJudges;
  /** Where work waits while the disk is full. */
  readonly disk: Pick<DiskPause, "room" | "isCauseOf">;
  readonly emit: (event: EventBody) => void;
  readonly signal: AbortSignal;
}

/** The part of one combination in what all of them share. */
export interface SharedWork {
  readonly slots: WorkerSlots;
  /** Combinations that began earlier are served first. */
  readonly rank: number;
  /** Called when all workers have asked for their slot. */
  readonly onQueued: () => void;
}

export interface ScheduleResult {
  readonly finished: readonly Omit<EventOf<"case-finished">, "seq" | "at">[];
  /** Why the platform was given up; every result is there all the same. */
  readonly gaveUp: string | undefined;
  /** Results that failed because no environment could be had. */
  readonly deploymentFailures: number;
}
