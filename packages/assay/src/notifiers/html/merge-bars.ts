import type { TimelineBar } from "../../events/folds/timeline.ts";

/** A bar as it is drawn; it may stand for several that are too narrow to be told apart. */
export interface DrawnBar extends TimelineBar {
  /** Bars it stands for. */
  readonly count: number;
}

/** The narrowest bar that is drawn, as a share of the whole. */
export const NARROWEST = 0.0015;

/**
 * Joins bars of one lane that are narrower than a pixel or two, begin together and look the same: a run of ten thousand
 * short cases is a stripe whoever draws it, and draws ten times as fast.
 */
export function mergeBars(bars: readonly TimelineBar[], totalMs: number): readonly DrawnBar[] {
  const narrowMs = totalMs * NARROWEST;
  const drawn: { -readonly [K in keyof DrawnBar]: DrawnBar[K] }[] = [];
  const open = new Map<string, (typeof drawn)[number]>();
  for (const bar of bars) {
    const looks = `${bar.kind} ${bar.status ?? ""}`;
    const last = open.get(looks);
    const isNarrow = bar.toMs - bar.fromMs < narrowMs;
    if (isNarrow && last !== undefined && bar.fromMs >= last.fromMs && bar.fromMs - last.fromMs < narrowMs) {
      last.toMs = Math.max(last.toMs, bar.toMs);
      last.count += 1;
      continue;
    }
    const made = { ...bar, count: 1 };
    drawn.push(made);
    if (isNarrow) open.set(looks, made);
  }
  return drawn;
}
