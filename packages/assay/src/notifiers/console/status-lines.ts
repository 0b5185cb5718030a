import { formatDuration } from "../../units/readable.ts";
import { fit, widthOf } from "../fit.ts";
import type { Paint } from "../paint.ts";
import { printableLine } from "../printable.ts";
import type { LiveView } from "./live-view.ts";

const MOST_ACTIVITIES = 8;
const ENVIRONMENT_WIDTH = 12;

/** The block at the bottom of the terminal: what goes on, for how long, and the counts. Every line fits in `columns`. */
export function statusLines(view: LiveView, nowMs: number, columns: number, paint: Paint): string[] {
  // A line that fills the last column wraps on some terminals.
  const width = Math.max(20, columns - 1);
  const all = view.activities;
  const shown = all.slice(0, all.length > MOST_ACTIVITIES ? MOST_ACTIVITIES - 1 : MOST_ACTIVITIES);
  const lines = shown.map(({ environment, text, sinceMs }) => {
    const took = wholeSeconds(nowMs - sinceMs);
    const textWidth = width - ENVIRONMENT_WIDTH - 4 - widthOf(took);
    return `${paint("dim", `  ${fit(printableLine(environment), ENVIRONMENT_WIDTH)}`)} ${fit(printableLine(text), textWidth)} ${paint("dim", took)}`;
  });
  if (all.length > shown.length) lines.push(paint("dim", `  … and ${all.length - shown.length} more`));
  return [...lines, countLine(view, nowMs, width, paint)];
}

function countLine(view: LiveView, nowMs: number, width: number, paint: Paint): string {
  const failed = view.count("FAILED");
  const parts = [
    `${view.finished} of ${view.planned} done`,
    `${view.count("PASSED")} passed`,
    `${failed} failed`,
    `${view.count("SKIPPED")} skipped`,
    ...(view.count("ATTEMPTED") > 0 ? [`${view.count("ATTEMPTED")} attempted`] : []),
  ];
  const elapsed = view.startedMs === undefined ? "" : wholeSeconds(nowMs - view.startedMs);
  const line = fit(`  ${parts.join(", ")}`, width - widthOf(elapsed) - 1);
  return `${paint(failed > 0 ? ["bold", "red"] : "bold", line)} ${paint("dim", elapsed)}`;
}

/** Tenths of a second would flicker in a block that is drawn once a second. */
const wholeSeconds = (ms: number): string =>
  ms < 1000 ? "0 s" : formatDuration(ms < 60_000 ? Math.floor(ms / 1000) * 1000 : ms).replace(".0 s", " s");
