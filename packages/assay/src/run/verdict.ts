import { ExitCode } from "../errors/assay-error.ts";
import type { Counts, FinalStatus, Verdict } from "../events/types.ts";

export interface RunVerdict {
  readonly verdict: Verdict;
  readonly exitCode: ExitCode;
  /** One sentence. */
  readonly reason: string;
}

export interface RunEnd {
  readonly counts: Counts;
  readonly planned: number;
  readonly deploymentFailures: number;
  /** Why the run gave up before its end. */
  readonly gaveUp: string | undefined;
  /** What ended the run: a signal of the process, or the program that started it. */
  readonly interruptedBy: "SIGINT" | "SIGTERM" | "program" | undefined;
  /** Failed cases alone do not fail the process. */
  readonly isFailureTolerated?: boolean;
}

export function countStatuses(statuses: Iterable<FinalStatus>): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, attempted: 0 };
  const keys = { PASSED: "passed", FAILED: "failed", SKIPPED: "skipped", ATTEMPTED: "attempted" } as const;
  for (const status of statuses) {
    counts[keys[status]]++;
  }
  return counts;
}

/**
 * The verdict of a run. Success means that something was proven: a run in which nothing was selected, or everything was
 * skipped, has not proven anything and is a failure of the machinery, not a pass.
 */
export function verdictOf(end: RunEnd): RunVerdict {
  const { counts } = end;
  if (end.interruptedBy !== undefined) {
    const exitCode = end.interruptedBy === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
    const reason = end.interruptedBy === "program" ? "cancelled" : `interrupted by ${end.interruptedBy}`;
    return { verdict: "interrupted", exitCode, reason: `The run was ${reason}.` };
  }
  const failedCases = counts.failed - end.deploymentFailures;
  if (failedCases > 0) {
    const exitCode = end.isFailureTolerated === true && end.gaveUp === undefined ? ExitCode.ok : ExitCode.failed;
    return { verdict: "failed", exitCode, reason: `${plural(failedCases, "case")} failed.` };
  }
  const machinery = (reason: string): RunVerdict => ({
    verdict: "machinery-failed",
    exitCode: ExitCode.machinery,
    reason,
  });
  if (end.gaveUp !== undefined) {
    return machinery(end.gaveUp);
  }
  if (end.deploymentFailures > 0) {
    return machinery(`${plural(end.deploymentFailures, "environment")} could not be made.`);
  }
  if (end.planned === 0) {
    return machinery("No case was selected, so nothing was tested.");
  }
  if (counts.passed === 0) {
    return machinery(
      counts.attempted > 0
        ? "No case passed: the failures that were to be ignored are all there is."
        : `Every selected case was skipped, so nothing was tested.`,
    );
  }
  return { verdict: "passed", exitCode: ExitCode.ok, reason: `${plural(counts.passed, "case")} passed.` };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
