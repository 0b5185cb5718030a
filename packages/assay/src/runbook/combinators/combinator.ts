import type { AssignedVariable } from "../types.ts";

/** The values of one run of the cases; no variable is named twice. */
export type Combination = readonly AssignedVariable[];

/**
 * What came out of one combination: `failed` when a result is FAILED or a kernel could not be built, else `passed` when
 * a result is PASSED or a kernel was built, else `none` (only SKIPPED and ATTEMPTED results, or no result at all).
 */
export type CombinationVerdict = "passed" | "failed" | "none";

/** All combinations are known before anything runs; they may run at the same time. */
export interface ListedCombinator {
  readonly type: string;
  readonly isSequential: false;
  readonly size: number;
  /** In order; can be walked again. Made one by one, so that a large product costs nothing before it is walked. */
  readonly combinations: Iterable<Combination>;
}

/** Each combination follows from the verdict of the one before, which must be finished first. Close it after use. */
export interface SequentialCombinator extends AsyncDisposable {
  readonly type: string;
  readonly isSequential: true;
  /**
   * The next combination, undefined when the search is over. `previous` is undefined on the first call only. Throws
   * UsageError when it cannot go on, such as when there is no verdict.
   */
  next(previous: CombinationVerdict | undefined, signal: AbortSignal): Promise<Combination | undefined>;
  /** What the search has found, a sentence for the report; undefined until it is over. */
  readonly finding: string | undefined;
}

export type Combinator = ListedCombinator | SequentialCombinator;
