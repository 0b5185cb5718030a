import type { Counts, Repetition, ResultIdentity, ResultStatus, Verdict } from "../events/types.ts";

/** What the document needs of a run; both a run that just ended and the fold of a journal have it. */
export interface DocumentRun {
  readonly run: string;
  readonly verdict: Verdict | undefined;
  readonly reason: string;
  readonly exitCode: number | undefined;
  readonly counts: Counts;
  readonly results: readonly DocumentResult[];
}

export interface DocumentResult extends ResultIdentity {
  readonly status: ResultStatus;
  readonly message: string;
  readonly durationMs: number;
  readonly rebootMs: number;
  readonly environment: string | undefined;
  readonly repetition?: Repetition | undefined;
  readonly analyses?: readonly { readonly by: string; readonly text: string; readonly problem: string | undefined }[];
  readonly missedCriteria?: string | undefined;
}

/** Paths of the reports there are. */
export interface DocumentReports {
  readonly html: string | null;
  readonly junit: string | null;
  readonly journal: string;
}

/** The one JSON document about a run. What a run without a verdict does not have is null. */
export function runDocument(run: DocumentRun, reports: DocumentReports): object {
  return {
    run: run.run,
    verdict: run.verdict ?? null,
    reason: run.reason,
    exitCode: run.exitCode ?? null,
    counts: run.counts,
    results: run.results.map((result) => ({
      resultId: result.resultId,
      suite: result.suite,
      case: result.case,
      ...(result.combination === undefined ? {} : { combination: result.combination }),
      status: result.status,
      message: result.message,
      durationMs: result.durationMs,
      rebootMs: result.rebootMs,
      environment: result.environment ?? null,
      ...(result.repetition === undefined ? {} : { repetition: result.repetition }),
      ...(result.missedCriteria === undefined ? {} : { missedCriteria: result.missedCriteria }),
      ...analysisOf(result),
    })),
    reports,
  };
}

/** By who analysed; what could not be analysed is left out. */
function analysisOf({ analyses = [] }: DocumentResult): object {
  const told = analyses.filter(({ problem }) => problem === undefined);
  return told.length === 0 ? {} : { analysis: Object.fromEntries(told.map(({ by, text }) => [by, text])) };
}
