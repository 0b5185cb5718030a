import type { RunSummary } from "../events/folds/run-summary.ts";

export interface RenderOptions {
  readonly runFolder: string;
  /** Folder the report will stand in, from which its links hold; the run folder when absent. */
  readonly standsIn?: string;
  /** Parts of cases are cases of their own, where the format knows no parts. */
  readonly hasSubtests?: boolean;
}

/** A report that a run writes at its end, made again from the fold of its journal, which may be that of a run that was killed. */
export async function renderReport(
  summary: RunSummary,
  format: "html" | "junit",
  { runFolder, standsIn = runFolder, hasSubtests = false }: RenderOptions,
): Promise<string> {
  if (format === "html") {
    const { renderHtmlReport } = await import("./html/html-notifier.ts");
    return renderHtmlReport(summary, runFolder, standsIn);
  }
  const { junitDocument } = await import("./junit/junit-document.ts");
  return junitDocument(summary, { hasSubtests });
}
