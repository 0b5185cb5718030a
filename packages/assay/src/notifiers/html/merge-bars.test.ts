import { expect, test } from "vitest";
import type { TimelineBar } from "../../events/folds/timeline.ts";
import { mergeBars, NARROWEST } from "./merge-bars.ts";

const bar = (fromMs: number, toMs: number, status: "PASSED" | "FAILED" = "PASSED"): TimelineBar => ({
  kind: "case",
  fromMs,
  toMs,
  label: `at ${fromMs}`,
  detail: "",
  status,
});
const told = (bars: readonly TimelineBar[], totalMs: number) =>
  mergeBars(bars, totalMs).map(({ fromMs, toMs, status, count }) => [fromMs, toMs, status, count]);

test("bars that can be told apart are drawn one by one", () => {
  expect(told([bar(0, 20), bar(20, 40)], 1000)).toEqual([
    [0, 20, "PASSED", 1],
    [20, 40, "PASSED", 1],
  ]);
});

test("narrow bars side by side are one, those that failed stay to be seen", () => {
  expect(told([bar(0, 5), bar(5, 10), bar(10, 12, "FAILED"), bar(12, 14), bar(20, 25)], 10_000)).toEqual([
    [0, 14, "PASSED", 3],
    [10, 12, "FAILED", 1],
    [20, 25, "PASSED", 1],
  ]);
});

test("a lane never has more bars than places, and none is lost", () => {
  const bars = Array.from({ length: 20_000 }, (_, index) => bar(index, index + 1));
  const drawn = mergeBars(bars, 20_000);
  expect(drawn.length).toBeLessThanOrEqual(Math.ceil(1 / NARROWEST));
  expect(drawn.reduce((sum, { count }) => sum + count, 0)).toBe(bars.length);
});
