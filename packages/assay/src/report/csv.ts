import type { ResultSummary, RunSummary } from "../events/folds/run-summary.ts";
import { printable } from "../notifiers/printable.ts";

type Cell = string | number | undefined;

const COLUMNS: readonly (readonly [header: string, cell: (result: ResultSummary, run: RunSummary) => Cell])[] = [
  ["run", (_, { run }) => run],
  ["result_id", ({ resultId }) => resultId],
  ["suite", ({ suite }) => suite],
  ["case", ({ case: name }) => name],
  ["combination", ({ combination }) => combinationText(combination)],
  ["status", ({ status }) => status],
  ["message", ({ message }) => message],
  ["warning", ({ warning }) => warning],
  ["failure_class", ({ failureClass }) => failureClass],
  ["environment", ({ environment }) => environment],
  ["started_at", ({ startedAt }) => startedAt],
  ["duration_ms", ({ durationMs }) => durationMs],
  ["reboot_ms", ({ rebootMs }) => rebootMs],
  ["attempts", ({ attempts }) => attempts],
  ["area", ({ area }) => area],
  ["priority", ({ priority }) => priority],
  ["folder", ({ folder }) => folder],
];

/** One line for each result, after a header, as RFC 4180 has it. */
export function csvReport(summary: RunSummary): string {
  const rows = summary.results.map((result) => COLUMNS.map(([, cell]) => cellText(cell(result, summary))));
  return [COLUMNS.map(([header]) => header), ...rows].map((cells) => `${cells.join(",")}\r\n`).join("");
}

/**
 * A spreadsheet runs a cell that begins like a formula, and guests write messages: such text gets an apostrophe in
 * front, which spreadsheets do not show.
 */
function cellText(value: Cell): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = printable(value).replace(/^(?=[=+\-@\t])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const combinationText = (values: ResultSummary["combination"] = {}): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
