import { ExitCode } from "../errors/assay-error.ts";
import { maskDeep } from "../events/mask.ts";
import type { Counts } from "../events/types.ts";
import type { ResultRemarks } from "./result-remarks.ts";
import { isDeploymentFailure, type PastRun } from "./resume/past-run.ts";
import type { FinishedResult, PlanOutcome, RunReport } from "./run-report.ts";
import { countStatuses, type RunVerdict, verdictOf } from "./verdict.ts";

/** What there is of a run when its work is over. */
export interface RunWork {
  readonly outcomes: readonly PlanOutcome[];
  /** What ended the run before all was planned that it had to do. */
  readonly earlyEnd: Pick<PlanOutcome, "gaveUp" | "isConfigurationWrong"> | undefined;
  /** Final results that were told. Those of a plan that broke off are in no outcome. */
  readonly told: readonly FinishedResult[];
  readonly past: PastRun | undefined;
  readonly remarks: ResultRemarks;
  /** Of the run. */
  readonly signal: AbortSignal;
  readonly isFailureTolerated: boolean;
  readonly mask: (text: string) => string;
}

export interface RunEnding {
  /** Secrets in its reason are masked. */
  readonly verdict: RunVerdict;
  readonly counts: Counts;
  /** Masked: messages of cases quote what they sent and saw. */
  readonly results: RunReport["results"];
  /** There was more to do. */
  readonly isCutShort: boolean;
  /** Those of the results that nobody was told of yet. */
  readonly dropped: readonly FinishedResult[];
}

/** Judges a run by what became of its plans. */
export function endingOf(work: RunWork): RunEnding {
  const { outcomes, earlyEnd, past, remarks, signal, isFailureTolerated, mask } = work;
  const gaveUp = [...outcomes, ...(earlyEnd === undefined ? [] : [earlyEnd])].find((each) => each.gaveUp !== undefined);
  const isLeft = earlyEnd !== undefined || outcomes.some(({ finished, planned }) => finished.length < planned);
  const isCutShort = signal.aborted || (gaveUp !== undefined && isLeft);
  const planned = outcomes.flatMap(({ finished }) => finished);
  const counted = new Set(planned.map(({ resultId }) => mask(resultId)));
  const isNew = ({ resultId }: { readonly resultId: string }): boolean => !counted.has(mask(resultId));
  const dropped = isCutShort || past === undefined ? [] : noLongerPlanned(past).filter(isNew);
  const standing = past === undefined ? [] : [...past.finished.values()].filter(isNew);
  const others = [...standing, ...(isCutShort ? work.told.filter(isNew) : dropped)];
  const results: RunReport["results"] = maskDeep(
    [...planned, ...others].map((each) => ({ ...each, ...remarks.of(each.resultId) })),
    mask,
  );
  const counts = countStatuses(results.map(({ status }) => status));
  const ended = verdictOf({
    counts,
    planned: total(outcomes.map((each) => each.planned)),
    deploymentFailures:
      total(outcomes.map((each) => each.deploymentFailures)) + others.filter(isDeploymentFailure).length,
    gaveUp: gaveUp?.gaveUp,
    interruptedBy: signal.aborted ? interrupterOf(signal.reason) : undefined,
    ...(isFailureTolerated && { isFailureTolerated }),
  });
  const isInvalid = earlyEnd?.isConfigurationWrong === true || outcomes.some((each) => each.isConfigurationWrong);
  const verdict: RunVerdict = {
    ...ended,
    ...(isInvalid ? { verdict: "invalid", exitCode: ExitCode.configuration } : {}),
    reason: mask(ended.reason),
  };
  return { verdict, counts, results, isCutShort, dropped };
}

/** Results there were to be before the runbook was changed, and that are not final. */
function noLongerPlanned(past: PastRun): readonly FinishedResult[] {
  const left = [...past.planned.values()].filter(({ resultId }) => !past.finished.has(resultId));
  return left.map(({ resultId, suite, case: name, combination }) => ({
    type: "case-finished",
    ...{ resultId, suite, case: name, ...(combination && { combination }) },
    status: "SKIPPED",
    message: "What is run was changed while the run was cut off, and no longer has this case.",
    durationMs: 0,
    rebootMs: 0,
    environment: undefined,
  }));
}

const interrupterOf = (reason: unknown): "SIGINT" | "SIGTERM" | "program" =>
  reason === "SIGINT" || reason === "SIGTERM" ? reason : "program";

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
