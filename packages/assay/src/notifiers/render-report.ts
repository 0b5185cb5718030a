import { summarizeRun } from "../events/folds/run-summary.ts";
import type { RunEvent } from "../events/types.ts";

export type ReportFormat = "html" | "junit";

/** Any report of a run, made again from its journal; the journal may be that of a run that was killed. */
export async function renderReport(
  events: Iterable<RunEvent>,
  runFolder: string,
  format: ReportFormat,
): Promise<string> {
  const summary = summarizeRun(events);
  if (format === "html") {
    const { renderHtmlReport } = await import("./html/html-notifier.ts");
    return renderHtmlReport(summary, runFolder);
  }
  const { junitDocument } = await import("./junit/junit-document.ts");
  return junitDocument(summary);
}
