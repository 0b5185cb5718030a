import type { RunSummary } from "../../events/folds/run-summary.ts";
import { withoutCommands } from "../../notifiers/build-server-commands.ts";
import { clipEnd } from "../../notifiers/clip.ts";
import { fit, widthOf } from "../../notifiers/fit.ts";
import { type Paint, paintStatus } from "../../notifiers/paint.ts";
import { printable, printableLine } from "../../notifiers/printable.ts";
import { nameOf } from "../../notifiers/result-name.ts";
import { toldMessage } from "../../notifiers/told-message.ts";
import { formatDuration, formatTime } from "../../units/readable.ts";
import { CHANGE_KINDS, type ChangeKind, type ResultChange, type RunDiff, SLOWER } from "./compare-runs.ts";

/** Longer lists are cut: the JSON has them whole. */
const MOST_ROWS = 200;
const MESSAGE_LINES = 10;
const MESSAGE_WIDTH = 400;
const NAME_WIDTH = 60;

const TITLES: Readonly<Record<ChangeKind, string>> = {
  newFailures: "New failures",
  notFinished: "Not finished",
  fixed: "Fixed",
  newSkips: "New skips",
  noLongerRun: "No longer run",
  newlyRun: "Newly run",
  slower: `Slower (${SLOWER.factor} times as long or more, and at least ${formatDuration(SLOWER.moreMs)} more)`,
  changedMessages: "Changed messages",
};

/** What is different in the second run, by kind, worst first. */
export function diffText(diff: RunDiff, paint: Paint): string {
  const sections = CHANGE_KINDS.filter((kind) => diff.changes[kind].length > 0).flatMap((kind) => [
    "",
    paint("bold", `${TITLES[kind]}: ${diff.changes[kind].length}`),
    ...rows(kind, diff.changes[kind], paint),
  ]);
  const lines = [`before  ${runLine(diff.before)}`, `after   ${runLine(diff.after)}`, ...sections, "", ending(diff)];
  return `${withoutCommands(lines.join("\n"))}\n`;
}

function runLine({ run, verdict, counts, unfinished, runbook, platform, startedAt }: RunSummary): string {
  const { passed, failed, skipped, attempted } = counts;
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    `${skipped} skipped`,
    ...(attempted > 0 ? [`${attempted} attempted`] : []),
    ...(unfinished > 0 ? [`${unfinished} not finished`] : []),
  ];
  const when = startedAt === undefined ? "" : `, ${formatTime(startedAt)}`;
  const word = verdict === undefined ? "unfinished" : verdict.replace("-", " ");
  return printableLine(`${run}: ${word}, ${parts.join(", ")} (${runbook} on ${platform}${when})`);
}

function rows(kind: ChangeKind, changes: readonly ResultChange[], paint: Paint): readonly string[] {
  const shown = changes.slice(0, MOST_ROWS);
  const width = Math.min(NAME_WIDTH, Math.max(...shown.map((change) => widthOf(nameOf(change)))));
  const lines = shown.flatMap((change) => {
    const name = nameOf(change);
    const head = `  ${widthOf(name) > width ? name : fit(name, width)}  ${whatChanged(kind, change, paint)}`;
    return [head.trimEnd(), ...detailLines(kind, change, paint)];
  });
  const left = changes.length - shown.length;
  return left === 0 ? lines : [...lines, paint("dim", `  … ${left} more; --json tells them all`)];
}

function whatChanged(kind: ChangeKind, { before, after }: ResultChange, paint: Paint): string {
  if (kind === "slower")
    return `${formatDuration(before?.durationMs ?? 0)} → ${formatDuration(after?.durationMs ?? 0)}`;
  const [from, to] = [before, after].map((result) => (result === undefined ? "" : paintStatus(paint, result.status)));
  if (from === to || to === "") return from ?? "";
  return from === "" ? (to ?? "") : `${from?.trimEnd()} → ${to}`;
}

function detailLines(kind: ChangeKind, { before, after, reason }: ResultChange, paint: Paint): readonly string[] {
  switch (kind) {
    case "newFailures":
    case "newSkips":
    case "notFinished":
      return messageLines(after?.message ?? reason, "      ");
    case "noLongerRun":
      return messageLines(reason, "      ");
    case "changedMessages":
      return [
        ...messageLines(toldBy(before), "    - ").map((line) => paint("red", line)),
        ...messageLines(toldBy(after), "    + ").map((line) => paint("green", line)),
      ];
    default:
      return [];
  }
}

const toldBy = (result: ResultChange["after"]): string =>
  (result === undefined ? "" : toldMessage(result)) || "(no message)";

function messageLines(message = "", indent: string): readonly string[] {
  if (message === "") return [];
  const lines = printable(message).trimEnd().split("\n");
  const kept = lines.slice(0, MESSAGE_LINES).map((line) => `${indent}${clipEnd(line, MESSAGE_WIDTH)}`);
  return lines.length > MESSAGE_LINES ? [...kept, `${indent}… ${lines.length - MESSAGE_LINES} more lines`] : kept;
}

function ending({ unchanged, regressions, isRegression }: RunDiff): string {
  const same = `${unchanged} ${unchanged === 1 ? "result is" : "results are"} as before.`;
  if (!isRegression) return `No regression. ${same}`;
  const found =
    regressions.length === 0
      ? "A regression: only the first run came to a verdict about what it tested."
      : `${regressions.length} ${regressions.length === 1 ? "regression" : "regressions"}.`;
  return `${found} ${same}`;
}
