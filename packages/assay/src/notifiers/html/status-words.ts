import type { ResultSummary } from "../../events/folds/run-summary.ts";
import type { ResultStatus, Verdict } from "../../events/types.ts";

/** How a state looks: its word, and the key of its icon and colour. */
export interface Look {
  readonly key: "passed" | "warned" | "failed" | "skipped" | "attempted" | "unfinished";
  readonly word: string;
}

const LOOKS: Readonly<Record<ResultStatus, Look>> = {
  PASSED: { key: "passed", word: "Passed" },
  FAILED: { key: "failed", word: "Failed" },
  SKIPPED: { key: "skipped", word: "Skipped" },
  ATTEMPTED: { key: "attempted", word: "Attempted" },
  RUNNING: { key: "unfinished", word: "Not finished" },
  ASSIGNED: { key: "unfinished", word: "Not started" },
  QUEUED: { key: "unfinished", word: "Not started" },
};

export const lookOfStatus = (status: ResultStatus): Look => LOOKS[status];

export const lookOfResult = (result: ResultSummary): Look =>
  result.status === "PASSED" && result.warning !== undefined ? { key: "warned", word: "Passed" } : LOOKS[result.status];

const VERDICTS: Readonly<Record<Verdict, Look>> = {
  passed: { key: "passed", word: "Passed" },
  failed: { key: "failed", word: "Failed" },
  invalid: { key: "failed", word: "Invalid" },
  "machinery-failed": { key: "failed", word: "Machinery failed" },
  interrupted: { key: "unfinished", word: "Interrupted" },
};

/** A run without a verdict goes on, or was killed. */
export const lookOfVerdict = (verdict: Verdict | undefined): Look =>
  verdict === undefined ? { key: "unfinished", word: "Unfinished" } : VERDICTS[verdict];
