import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { clipMiddle } from "../../notifiers/clip.ts";
import { printable, printableLine } from "../../notifiers/printable.ts";
import { nameOf } from "../../notifiers/result-name.ts";
import { toldMessage } from "../../notifiers/told-message.ts";
import { formatDuration, formatTime } from "../../units/readable.ts";

/** GitHub refuses the summary of a step that is larger than 1 MiB; the bytes left are for other summaries of the step. */
const MOST_BYTES = 900_000;
const MESSAGE_LENGTH = 4000;

/** The run in Markdown, as GitHub shows it for a step: verdict, counts, and every result that needs a look. */
export function stepSummary(summary: RunSummary): string {
  const told = summary.results.filter(needsLook);
  const head = `## ${inline(summary.name || summary.run)}: ${verdictText(summary)}

${inline(summary.reason)}

${countsTable(summary)}

${inline(aboutLine(summary))}
`;
  const parts: string[] = [head];
  let left = MOST_BYTES - Buffer.byteLength(head);
  for (const [index, result] of told.entries()) {
    const part = resultPart(result);
    left -= Buffer.byteLength(part);
    if (left < 0) {
      parts.push(`\n${told.length - index} more results need a look; the report has them.\n`);
      break;
    }
    parts.push(part);
  }
  return parts.join("");
}

const needsLook = ({ status, warning }: ResultSummary): boolean =>
  status === "FAILED" || status === "RUNNING" || status === "ATTEMPTED" || warning !== undefined;

const verdictText = ({ verdict }: RunSummary): string => (verdict ?? "unfinished").replace("-", " ");

function countsTable({ counts, unfinished, elapsedMs }: RunSummary): string {
  const { passed, failed, skipped, attempted } = counts;
  return `| Passed | Failed | Skipped | Attempted | Not finished | Took |
| --: | --: | --: | --: | --: | --: |
| ${[passed, failed, skipped, attempted, unfinished, formatDuration(elapsedMs)].join(" | ")} |`;
}

function aboutLine({ run, runbook, platform, startedAt }: RunSummary): string {
  const when = startedAt === undefined ? "" : `, ${formatTime(startedAt)}`;
  return `Run ${run}: ${runbook} on ${platform}${when}`;
}

function resultPart(result: ResultSummary): string {
  const where = [result.environment ?? "", formatDuration(result.durationMs)].filter(Boolean).join(", ");
  return `
<details><summary><b>${result.status}</b> ${html(nameOf(result))} (${html(where)})</summary><pre>${html(clipMiddle(printable(toldMessage(result)), MESSAGE_LENGTH))}</pre></details>
`;
}

/** Text that Markdown takes as it is: every character that could mean something is escaped. */
const inline = (text: string): string => printableLine(text).replace(/[!-/:-@[-`{-~]/g, "\\$&");

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Line ends are written as references: an empty line would end the HTML and begin Markdown. */
const html = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? "").replaceAll("\n", "&#10;");
