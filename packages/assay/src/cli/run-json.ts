import { runDocument } from "../report/run-document.ts";
import type { RunReport } from "../run/run.ts";
import type { ErrorReport } from "./exit.ts";

const NO_COUNTS = { passed: 0, failed: 0, skipped: 0, attempted: 0 };

/** The one document `assay run --json` prints, for a run that took place. */
export function jsonOfReport(report: RunReport): object {
  const first = (name: string): string | null => report.reports.get(name)?.[0] ?? null;
  return runDocument(report, { html: first("html"), junit: first("junit"), journal: report.journal });
}

/** The same document for a run that could not start. */
export function jsonOfError(error: ErrorReport): object {
  return {
    run: null,
    verdict: error.exitCode === 2 ? "invalid" : "machinery-failed",
    reason: error.data.message,
    exitCode: error.exitCode,
    counts: NO_COUNTS,
    results: [],
    reports: { html: null, junit: null, journal: null },
    error: error.data,
  };
}
