import type { ResultSummary, RunSummary } from "../events/folds/run-summary.ts";
import type { ResultStatus, Verdict } from "../events/types.ts";
import { formatDuration } from "../units/readable.ts";
import { clipEnd } from "./clip.ts";
import { fit, widthOf } from "./fit.ts";
import { type Paint, paintStatus } from "./paint.ts";
import { printable, printableLine } from "./printable.ts";
import { repetitionText } from "./repetition-text.ts";
import { nameOf } from "./result-name.ts";

/** Longer tables name only what did not pass: nobody reads a thousand lines to find three. */
const WHOLE_TABLE = 200;
const MESSAGE_LINES = 10;
const MESSAGE_WIDTH = 400;
const NAME_WIDTH = 60;

/** What stands next to the prompt is what is read: failures come last. */
const ORDER: readonly ResultStatus[] = ["PASSED", "SKIPPED", "QUEUED", "ASSIGNED", "RUNNING", "ATTEMPTED", "FAILED"];

export interface SummaryOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** The run folder as the user would name it; evidence is told below it. */
  readonly folder: string | undefined;
  readonly reports: readonly string[];
  /** Names the parts of each case too. */
  readonly hasSubtests?: boolean;
}

/** A run in text: table of results, verdict with its reason, and where the reports are. */
export function summaryLines(summary: RunSummary, options: SummaryOptions): string[] {
  const { paint, reports } = options;
  return [
    "",
    ...tableLines(summary, options),
    "",
    `${paint(verdictStyle(summary.verdict), verdictWord(summary.verdict))}  ${printableLine(summary.reason)}`.trimEnd(),
    paint("dim", totals(summary)),
    ...reports.map((path) => `  ${path}`),
  ];
}

function tableLines(summary: RunSummary, options: SummaryOptions): string[] {
  const isWhole = summary.results.length <= WHOLE_TABLE;
  const shown = summary.results
    .filter(({ status, warning }) => isWhole || status !== "PASSED" || warning !== undefined)
    .toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  const nameWidth = Math.min(NAME_WIDTH, Math.max(0, ...shown.map((result) => widthOf(nameOf(result)))));
  const lines = shown.flatMap((result) => resultLines(result, nameWidth, options));
  const left = summary.results.length - shown.length;
  return left === 0 ? lines : [options.paint("dim", `${left} passed cases are not listed here.`), ...lines];
}

function resultLines(result: ResultSummary, nameWidth: number, options: SummaryOptions): string[] {
  const { paint, columns } = options;
  const name = nameOf(result);
  const took = result.durationMs === 0 ? "" : formatDuration(result.durationMs);
  const head = `${paintStatus(paint, result.status)} ${widthOf(name) > nameWidth ? name : fit(name, nameWidth)} ${took.padStart(12)}`;
  const reboot = result.rebootMs > 0 ? `  ${formatDuration(result.rebootMs)} of it rebooting` : "";
  const often = result.repetition && repetitionText(result.repetition);
  const short = result.warning ?? (needsPerson(result.status) ? "" : (often ?? result.message));
  const room = Math.max(20, columns - 10 - nameWidth - 16 - widthOf(reboot));
  const note = short === "" ? "" : `  ${clipEnd(printableLine(short), room)}`;
  const line = `${head}${paint("dim", reboot)}${result.warning === undefined ? paint("dim", note) : paint("yellow", note)}`;
  const subtests = options.hasSubtests === true ? subtestLines(result, paint) : [];
  const evidence = needsPerson(result.status) ? evidenceLines(result, options) : [];
  return [line.trimEnd(), ...subtests, ...evidence];
}

function subtestLines({ subtests }: ResultSummary, paint: Paint): string[] {
  return subtests.map(({ name, status, message, durationMs }) =>
    `          ${paintStatus(paint, status)} ${printableLine(name)} ${formatDuration(durationMs)} ${printableLine(message)}`.trimEnd(),
  );
}

function evidenceLines(result: ResultSummary, { folder, paint }: SummaryOptions): string[] {
  const lines = result.message === "" ? [] : printable(result.message).trimEnd().split("\n");
  if (result.repetition !== undefined) lines.push(repetitionText(result.repetition));
  const message = lines.slice(0, MESSAGE_LINES).map((line) => `          ${clipEnd(line, MESSAGE_WIDTH)}`);
  if (lines.length > MESSAGE_LINES)
    message.push(`          … ${lines.length - MESSAGE_LINES} more lines in the report`);
  if (folder === undefined || result.folder === undefined) return message;
  return [...message, paint("dim", `          evidence: ${folder}/${printableLine(result.folder)}`)];
}

const needsPerson = (status: ResultStatus): boolean => status === "FAILED" || status === "ATTEMPTED";

function totals(summary: RunSummary): string {
  const { passed, failed, skipped, attempted } = summary.counts;
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    `${skipped} skipped`,
    ...(attempted > 0 ? [`${attempted} attempted`] : []),
    ...(summary.unfinished > 0 ? [`${summary.unfinished} not finished`] : []),
  ];
  const rebootMs = summary.results.reduce((sum, result) => sum + result.rebootMs, 0);
  const reboots = rebootMs > 0 ? ` (guests spent ${formatDuration(rebootMs)} rebooting)` : "";
  return `  ${parts.join(", ")} in ${formatDuration(summary.elapsedMs)}${reboots}`;
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  passed: "PASSED",
  failed: "FAILED",
  invalid: "INVALID",
  "machinery-failed": "MACHINERY FAILED",
  interrupted: "INTERRUPTED",
};
const verdictWord = (verdict: Verdict | undefined): string =>
  verdict === undefined ? "UNFINISHED" : VERDICT_WORDS[verdict];

const verdictStyle = (verdict: Verdict | undefined): Parameters<Paint>[0] =>
  verdict === "passed"
    ? ["bold", "green"]
    : verdict === "interrupted" || verdict === undefined
      ? ["bold", "yellow"]
      : ["bold", "red"];
