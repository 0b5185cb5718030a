import type { Notice, RunSummary } from "../events/folds/run-summary.ts";
import { withoutCommands } from "../notifiers/build-server-commands.ts";
import type { Paint } from "../notifiers/paint.ts";
import { printableLine } from "../notifiers/printable.ts";
import { type SummaryOptions, summaryLines } from "../notifiers/summary-lines.ts";
import { formatTime } from "../units/readable.ts";

/** A run in text: what ran when, what assay had to say, and the table that ends `assay run`. */
export function textReport(summary: RunSummary, options: SummaryOptions): string {
  const { paint } = options;
  const when = summary.startedAt === undefined ? "" : `, ${formatTime(summary.startedAt)}`;
  const head = `run ${summary.run}: ${summary.runbook} on ${summary.platform}${when}`;
  const notices = summary.notices.filter(({ level }) => level !== "info");
  const lines = [
    printableLine(head),
    ...notices.flatMap((notice) => noticeLines(notice, paint)),
    ...summaryLines(summary, options),
  ];
  return `${withoutCommands(lines.join("\n"))}\n`;
}

function noticeLines({ level, text, help }: Notice, paint: Paint): readonly string[] {
  const told = `${level === "warn" ? "warning" : "error"}: ${printableLine(text)}`;
  const line = paint(level === "warn" ? "yellow" : "red", told);
  return help === undefined ? [line] : [line, `  ${printableLine(help)}`];
}
