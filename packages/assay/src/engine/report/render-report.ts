import { existsSync } from "node:fs";
import { join } from "node:path";
import { makePaint } from "../../notifiers/paint.ts";
import type { RecordedRun } from "./read-run.ts";

/** Formats of reports. `github` are annotations, one a line; `github-summary` is the Markdown of a job's summary. */
export type ReportFormat = "text" | "html" | "junit" | "json" | "csv" | "github" | "github-summary";

/** How a report is rendered. */
export interface RenderOptions {
  /** Names the parts of cases: in text, and as cases of their own in JUnit. Default: false. */
  readonly hasSubtests?: boolean;
  /** Folder the report will stand in, from which links of HTML hold. Default: the run folder. */
  readonly standsIn?: string;
  /** Text in colours of terminals. Default: false. */
  readonly color?: boolean;
  /** Characters a line of text may have. Default: 200. */
  readonly columns?: number;
  /** How text tells paths. Default: as they are. */
  readonly showPath?: (path: string) => string;
}

/** Names of the reports that stand in a run folder. */
export const REPORT_FILES = { html: "report.html", junit: "junit.xml" } as const;

/** Wider than a terminal, because a file has no edge. */
const FILE_COLUMNS = 200;

export async function render(run: RecordedRun, format: ReportFormat, options: RenderOptions): Promise<string> {
  const { summary, folder, journal } = run;
  const { hasSubtests = false, standsIn = folder, color = false, columns = FILE_COLUMNS } = options;
  const { showPath = (path: string): string => path } = options;
  switch (format) {
    case "html":
    case "junit": {
      const { renderReport } = await import("../../notifiers/render-report.ts");
      return await renderReport(summary, format, { runFolder: folder, standsIn, hasSubtests });
    }
    case "json": {
      const { runDocument } = await import("../../report/run-document.ts");
      const there = (name: string): string | null => (existsSync(join(folder, name)) ? join(folder, name) : null);
      // As a run tells them: in the order in which they ended.
      const results = summary.results.toSorted((a, b) => endOf(a.finishedAt) - endOf(b.finishedAt));
      const reports = { html: there(REPORT_FILES.html), junit: there(REPORT_FILES.junit), journal };
      return `${JSON.stringify(runDocument({ ...summary, results }, reports))}\n`;
    }
    case "csv":
      return (await import("../../report/csv.ts")).csvReport(summary);
    case "github":
      return (await import("../../report/github/annotations.ts")).githubAnnotations(summary);
    case "github-summary":
      return (await import("../../report/github/step-summary.ts")).stepSummary(summary);
    case "text": {
      const { textReport } = await import("../../report/text-report.ts");
      const reports = Object.values(REPORT_FILES).map((name) => join(folder, name));
      return textReport(summary, {
        paint: makePaint(color),
        columns,
        folder: showPath(folder),
        reports: [...reports, journal].filter(existsSync).map(showPath),
        hasSubtests,
      });
    }
  }
}

const endOf = (at: string | undefined): number => (at === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(at));
