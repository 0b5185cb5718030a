import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { LoadedRun } from "../../engine/report/read-run.ts";
import { makePaint, wantsColour } from "../../notifiers/paint.ts";
import { nearPath } from "./near-path.ts";
import { appendOutput, writeOutput } from "./write-output.ts";

export const FORMATS = ["text", "html", "junit", "json", "csv", "github"] as const;
export type Format = (typeof FORMATS)[number];

/** Reports that stand in the run folder when nothing else is said. */
const FILES = { html: "report.html", junit: "junit.xml" } as const;

/** Wider than a terminal, because a file has no edge. */
const FILE_COLUMNS = 200;

export interface Wanted {
  readonly format: Format;
  /** Undefined for the usual place of the format, `-` for standard output. */
  readonly output: string | undefined;
  readonly hasSubtests: boolean;
}

/** Puts a report where it belongs. Gives what is to be printed on standard output. */
export async function giveReport(run: LoadedRun, wanted: Wanted): Promise<string> {
  if (wanted.format === "github") return await giveGithub(run, wanted.output);
  const usual = wanted.format === "html" || wanted.format === "junit" ? join(run.folder, FILES[wanted.format]) : "-";
  const output = wanted.output ?? usual;
  if (output === "-") return await render(run, wanted, run.folder);
  await writeOutput(output, await render(run, wanted, dirname(resolve(output))));
  return `${nearPath(output)}\n`;
}

async function render({ summary, folder, journal }: LoadedRun, wanted: Wanted, standsIn: string): Promise<string> {
  const { format, hasSubtests } = wanted;
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
      const reports = { html: there(FILES.html), junit: there(FILES.junit), journal };
      return `${JSON.stringify(runDocument({ ...summary, results }, reports))}\n`;
    }
    case "csv":
      return (await import("../../report/csv.ts")).csvReport(summary);
    default: {
      const { textReport } = await import("../../report/text-report.ts");
      const isScreen = (wanted.output ?? "-") === "-" && process.stdout.isTTY === true;
      const reports = Object.values(FILES).map((name) => join(folder, name));
      return textReport(summary, {
        paint: makePaint((wanted.output ?? "-") === "-" && wantsColour(isScreen, process.env)),
        columns: isScreen ? process.stdout.columns : FILE_COLUMNS,
        folder: nearPath(folder),
        reports: [...reports, journal].filter(existsSync).map(nearPath),
        hasSubtests,
      });
    }
  }
}

const endOf = (at: string | undefined): number => (at === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(at));

/** Annotations for standard output; the summary goes to a file, for a step of GitHub to the one it names. */
async function giveGithub({ summary }: LoadedRun, output: string | undefined): Promise<string> {
  const { githubAnnotations } = await import("../../report/github/annotations.ts");
  const { stepSummary } = await import("../../report/github/step-summary.ts");
  if (output === "-") return stepSummary(summary);
  const ofStep = process.env.GITHUB_STEP_SUMMARY ?? "";
  if (output !== undefined) await writeOutput(output, stepSummary(summary));
  else if (ofStep !== "") await appendOutput(ofStep, stepSummary(summary));
  return githubAnnotations(summary);
}
