import type { EventBody, ResultIdentity } from "../events/types.ts";
import { missedText, type PerformanceEvaluation } from "../performance/evaluation.ts";
import { whereMeasured } from "../performance/measured.ts";
import type { Environment } from "../platforms/platform.ts";
import type { CaseFolder } from "./case-folder.ts";
import { checkKernelLog } from "./check-kernel-log.ts";
import type { CaseOutcome } from "./run-case.ts";
import { verdictOfError } from "./verdict-of-error.ts";

/** What a run asks of its cases besides what they look at themselves. */
export interface CaseJudges {
  /** Errors in the kernel's log fail a case that passed. */
  readonly assertsKernelLog: boolean;
  readonly performance?: PerformanceEvaluation;
}

export interface JudgeOptions {
  readonly judges?: CaseJudges;
  readonly identity: ResultIdentity;
  readonly environment: Environment;
  readonly folder: Pick<CaseFolder, "log">;
  readonly ignoreFailure: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

/**
 * Looks at the kernel's log and at what the case measured, and fails a case that passed when the run asks for it. It is
 * no part of the case: its time is not the case's, and a recording has the case's own verdict.
 */
export async function judgeOutcome(
  options: JudgeOptions,
  own: CaseOutcome,
  metrics: readonly Metric[],
): Promise<CaseOutcome> {
  if (options.signal.aborted) return own;
  return judgeMetrics(options, await judgeKernel(options, own), metrics);
}

type Metric = Extract<EventBody, { readonly type: "case-metric" }>;

async function judgeKernel(options: JudgeOptions, own: CaseOutcome): Promise<CaseOutcome> {
  const { judges, environment, ignoreFailure, signal } = options;
  if (judges?.assertsKernelLog !== true || own.finished.status !== "PASSED") return own;
  try {
    await checkKernelLog(environment, signal);
    return own;
  } catch (error) {
    if (signal.aborted) return own;
    const { status, message, failureClass } = verdictOfError(error, ignoreFailure, "check");
    // The log stays as it is, so every later case on this machine would fail for the same lines.
    return failed(options, own, { status, message, failureClass, isReusable: false });
  }
}

function judgeMetrics(options: JudgeOptions, own: CaseOutcome, metrics: readonly Metric[]): CaseOutcome {
  const { judges, identity, environment, ignoreFailure, emit, folder } = options;
  const performance = judges?.performance;
  if (performance === undefined || metrics.length === 0) return own;
  const { case: name, combination } = identity;
  const evaluations = performance.evaluate({
    ...whereMeasured(environment.facts),
    case: name,
    ...(combination && { combination }),
    metrics,
  });
  if (evaluations.length === 0) return own;
  const missed = missedText(evaluations);
  const isFailure = missed !== undefined && performance.failsCases && own.finished.status === "PASSED";
  const told = missed === undefined ? {} : { missed, ...(isFailure && { isFailure }) };
  emit({ type: "case-evaluation", ...identity, evaluations, ...told });
  if (missed !== undefined) folder.log("warn", missed);
  if (!isFailure) return own;
  const status = ignoreFailure ? "ATTEMPTED" : "FAILED";
  return failed(options, own, { status, message: missed, failureClass: "product", isReusable: own.isReusable });
}

type Failure = Pick<CaseOutcome["finished"], "status" | "message"> & {
  readonly failureClass: CaseOutcome["finished"]["failureClass"] | undefined;
  readonly isReusable: boolean;
};

function failed(
  { folder }: JudgeOptions,
  { finished }: CaseOutcome,
  { status, message, failureClass, isReusable }: Failure,
): CaseOutcome {
  folder.log("info", `${status} ${message}`);
  return { finished: { ...finished, status, message, ...(failureClass && { failureClass }) }, isReusable };
}
