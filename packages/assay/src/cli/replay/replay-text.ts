import type { Replay } from "../../engine/index.ts";
import type { Paint } from "../../notifiers/paint.ts";
import { printable } from "../../notifiers/printable.ts";
import { divergenceSentence } from "../../recording/replay/divergence.ts";
import type { Replayed, ReplayVerdict } from "../../run/replay-case.ts";
import { formatDuration } from "../../units/readable.ts";
import { aroundDifference } from "./around-difference.ts";

const MISSING_SHOWN = 5;

/** The lines that tell a person about one replay. */
export function replayLines(replay: Replay, paint: Paint): readonly string[] {
  const name = replay.resultId ?? replay.recording;
  switch (replay.outcome) {
    case "unchanged":
      return [`${paint("dim", "unchanged    ")} ${name}`];
    case "unreadable":
      return [`${paint("red", "unreadable   ")} ${name}`, ...indented([replay.error.message])];
    case "as-recorded":
      return [
        `${paint("green", "as recorded  ")} ${name}  ${verdictText(replay.replayed.verdict)}${took(replay.replayed)}`,
      ];
    case "other-verdict":
      return [`${paint("red", "other verdict")} ${name}${took(replay.replayed)}`, ...verdictLines(replay.replayed)];
    case "diverged":
      return [`${paint("red", "diverged     ")} ${name}${took(replay.replayed)}`, ...divergenceLines(replay.replayed)];
  }
}

const took = ({ elapsedMs, recordedMs }: Replayed): string =>
  ` (${formatDuration(elapsedMs)}, recorded in ${formatDuration(recordedMs)})`;

const indented = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((text) => printable(text).split("\n")).map((line) => `    ${line}`);

const verdictText = ({ status, message }: ReplayVerdict): string => (message === "" ? status : `${status} ${message}`);

function verdictLines({ recorded, verdict }: Replayed): readonly string[] {
  return indented([`recorded  ${verdictText(recorded)}`, `now       ${verdictText(verdict)}`]);
}

function divergenceLines({ divergence, missing, recorded }: Replayed): readonly string[] {
  if (divergence === undefined) return [];
  const { expected, got, at, kind, next } = divergence;
  const [shownExpected, shownGot] = aroundDifference(expected, got);
  const others = missing.filter((call) => call !== expected || kind !== "missing");
  return indented([
    kind === "changed" ? "The case asks for something else than it did." : divergenceSentence(divergence),
    ...(at === undefined ? [] : [`at        ${at}`]),
    ...(kind === "changed" ? [`recorded  ${shownExpected}`, `now       ${shownGot}`] : []),
    ...(kind === "new" && next !== undefined ? [`The recording goes on with '${next}'.`] : []),
    ...(others.length === 0 || kind !== "missing" ? [] : ["also not asked for:"]),
    ...(kind !== "missing" ? [] : others.slice(0, MISSING_SHOWN).map((call) => `  ${call}`)),
    ...(kind !== "missing" || others.length <= MISSING_SHOWN ? [] : [`  and ${others.length - MISSING_SHOWN} more`]),
    `It was ${verdictText(recorded)} when it was recorded.`,
  ]);
}

/** One line that counts the outcomes. */
export function replaySummary(replays: readonly Replay[]): string {
  const counts = new Map<Replay["outcome"], number>();
  for (const { outcome } of replays) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const words: Readonly<Record<Replay["outcome"], string>> = {
    "as-recorded": "as recorded",
    diverged: "diverged",
    "other-verdict": "with another verdict",
    unreadable: "unreadable",
    unchanged: "with unchanged code, not replayed",
  };
  const parts = [...counts].map(([outcome, count]) => `${count} ${words[outcome]}`);
  return `${replays.length} recording${replays.length === 1 ? "" : "s"}: ${parts.join(", ")}.`;
}
