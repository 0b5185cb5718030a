import type { Timeline } from "../../events/folds/timeline.ts";
import { formatDuration } from "../../units/readable.ts";
import { html, type Markup } from "./markup.ts";
import { type DrawnBar, mergeBars, NARROWEST } from "./merge-bars.ts";
import { lookOfStatus } from "./status-words.ts";

const LANE_HEIGHT = 22;
const BAR_HEIGHT = 14;
const AXIS_HEIGHT = 22;
const MAX_LANES = 40;

/** Steps of the time axis, in seconds. */
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/**
 * The picture of a run. Horizontal positions are percentages, so that it fits any width without scaling its text.
 * `rowOf` gives the number of a result's row, to link to it.
 */
export function drawTimeline(timeline: Timeline, rowOf: (resultId: string) => number | undefined): Markup {
  const totalMs = Math.max(1, timeline.totalMs);
  const lanes = timeline.lanes.slice(0, MAX_LANES);
  const height = lanes.length * LANE_HEIGHT + AXIS_HEIGHT;
  const ticks = ticksFor(totalMs);
  const names = lanes.map(({ label }) => html`<li>${label}</li>`);
  const grid = ticks.map((ms) => {
    const x = percent(ms, totalMs);
    const label = ms === 0 ? "0" : formatDuration(ms);
    return html`<line x1="${x}" x2="${x}" y1="0" y2="${height - AXIS_HEIGHT}"/><text x="${x}" y="${height - 6}">${label}</text>`;
  });
  const bars = lanes.flatMap((lane, index) =>
    mergeBars(lane.bars, totalMs).map((bar) => drawBar(bar, index, totalMs, rowOf)),
  );
  const hidden = timeline.lanes.length - lanes.length;
  return html`<div class="timeline"><ol class="lanes">${names}</ol>
<svg height="${height}" role="img" aria-label="Timeline of the run"><g class="grid">${grid}</g>${bars}</svg></div>
<p class="muted legend">Pale bars are machines being made ready, grey ones their deletion; the others are cases in the colour of their status.</p>
${hidden > 0 ? html`<p class="muted">${hidden} more machines are not drawn.</p>` : undefined}`;
}

function drawBar(
  bar: DrawnBar,
  lane: number,
  totalMs: number,
  rowOf: (resultId: string) => number | undefined,
): Markup {
  const y = lane * LANE_HEIGHT + (LANE_HEIGHT - BAR_HEIGHT) / 2;
  const kind = bar.status === undefined ? bar.kind : lookOfStatus(bar.status).key;
  const width = Math.max(NARROWEST * 100, ((bar.toMs - bar.fromMs) / totalMs) * 100);
  const others = bar.count === 1 ? "" : ` and ${bar.count - 1} more`;
  const title = `${bar.label}${others}, ${formatDuration(bar.toMs - bar.fromMs)}${bar.detail === "" ? "" : ` (${bar.detail})`}`;
  const rect = html`<rect class="${kind}" x="${percent(bar.fromMs, totalMs)}" y="${y}" width="${width.toFixed(2)}%" height="${BAR_HEIGHT}" rx="2"><title>${title}</title></rect>`;
  const row = bar.resultId === undefined ? undefined : rowOf(bar.resultId);
  // Not in the tab order: the same results are reachable as rows, and a run can have thousands of bars.
  return row === undefined ? rect : html`<a href="#r${row}" tabindex="-1">${rect}</a>`;
}

const percent = (ms: number, totalMs: number): string => `${((ms / totalMs) * 100).toFixed(2)}%`;

function ticksFor(totalMs: number): number[] {
  const stepMs = (TICKS.find((seconds) => totalMs / (seconds * 1000) <= 6) ?? 604_800) * 1000;
  const ticks: number[] = [];
  // The last tenth stays free, so that the label of a tick never leaves the picture.
  for (let ms = 0; ms <= totalMs * 0.93; ms += stepMs) ticks.push(ms);
  return ticks;
}
