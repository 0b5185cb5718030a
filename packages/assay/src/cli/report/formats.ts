import { dirname, join, resolve } from "node:path";
import { type RecordedRun, renderReport } from "../../engine/index.ts";
import { nearPath } from "../../engine/near-path.ts";
import { REPORT_FILES } from "../../engine/report/render-report.ts";
import { wantsColour } from "../../notifiers/paint.ts";
import { appendOutput, writeOutput } from "./write-output.ts";

export const FORMATS = ["text", "html", "junit", "json", "csv", "github"] as const;
export type Format = (typeof FORMATS)[number];

export interface Wanted {
  readonly format: Format;
  /** Undefined for the usual place of the format, `-` for standard output. */
  readonly output: string | undefined;
  readonly hasSubtests: boolean;
}

/** Puts a report where it belongs. Gives what is to be printed on standard output. */
export async function giveReport(run: RecordedRun, wanted: Wanted): Promise<string> {
  const { format, hasSubtests } = wanted;
  if (format === "github") return await giveGithub(run, wanted.output);
  const usual = format === "html" || format === "junit" ? join(run.folder, REPORT_FILES[format]) : "-";
  const output = wanted.output ?? usual;
  if (output === "-") return await renderReport(run, format, { hasSubtests, showPath: nearPath, ...screen() });
  const standsIn = dirname(resolve(output));
  await writeOutput(output, await renderReport(run, format, { hasSubtests, showPath: nearPath, standsIn }));
  return `${nearPath(output)}\n`;
}

function screen(): { readonly color: boolean; readonly columns?: number } {
  const isScreen = process.stdout.isTTY === true;
  return { color: wantsColour(isScreen, process.env), ...(isScreen && { columns: process.stdout.columns }) };
}

/** Annotations for standard output; the summary goes to a file, for a step of GitHub to the one it names. */
async function giveGithub(run: RecordedRun, output: string | undefined): Promise<string> {
  const summary = await renderReport(run, "github-summary");
  if (output === "-") return summary;
  const ofStep = process.env.GITHUB_STEP_SUMMARY ?? "";
  if (output !== undefined) await writeOutput(output, summary);
  else if (ofStep !== "") await appendOutput(ofStep, summary);
  return await renderReport(run, "github");
}
