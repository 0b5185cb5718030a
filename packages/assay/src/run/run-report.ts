import type { Counts, EventOf } from "../events/types.ts";
import type { Remarks } from "./result-remarks.ts";
import type { RunVerdict } from "./verdict.ts";

export type FinishedResult = Omit<EventOf<"case-finished">, "seq" | "at">;

/** What came of a run. */
export interface RunReport extends RunVerdict {
  /** Name of the run and of its folder. */
  readonly run: string;
  /** Path of the run folder. */
  readonly folder: string;
  readonly counts: Counts;
  /** Final results, in the order in which they ended; secrets are masked. */
  readonly results: readonly (FinishedResult & Remarks)[];
  /** Path of the journal. */
  readonly journal: string;
  /** Paths of what the notifiers made, by notifier name. */
  readonly reports: ReadonlyMap<string, readonly string[]>;
  /** Also of the time before it was gone on with. */
  readonly elapsedMs: number;
}

/** What became of a plan. */
export interface PlanOutcome {
  readonly finished: readonly FinishedResult[];
  /** Results there should have been. */
  readonly planned: number;
  /** Results that failed because no environment could be had. */
  readonly deploymentFailures: number;
  /** Why it ended before its end. */
  readonly gaveUp: string | undefined;
  /** What ended it is for the user to correct. */
  readonly isConfigurationWrong: boolean;
}
