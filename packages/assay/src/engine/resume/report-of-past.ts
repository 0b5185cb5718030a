import { dirname } from "node:path";
import { ExitCode } from "../../errors/assay-error.ts";
import type { EventOf } from "../../events/types.ts";
import { ResultRemarks } from "../../run/result-remarks.ts";
import type { PastRun } from "../../run/resume/past-run.ts";
import type { RunReport } from "../../run/run.ts";

/** The report of a run that is over, from its journal; which reports it wrote the journal does not tell. */
export function reportOfPast(past: PastRun, end: EventOf<"run-finished">, journal: string): RunReport {
  const { verdict, reason, counts, elapsedMs } = end;
  const remarks = new ResultRemarks();
  for (const event of past.journal.events) remarks.hear(event);
  return {
    run: past.started.run,
    folder: dirname(journal),
    verdict,
    reason,
    exitCode: Object.values(ExitCode).find((code) => code === end.exitCode) ?? ExitCode.machinery,
    counts,
    elapsedMs,
    results: [...past.finished.values()].map((result) => ({ ...result, ...remarks.of(result.resultId) })),
    journal,
    reports: new Map(),
  };
}
