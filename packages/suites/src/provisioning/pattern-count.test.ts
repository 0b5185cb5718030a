import { expect, test } from "vitest";
import { countOccurrences } from "./pattern-count.ts";

const LOG = "one (broken\n[  2.0] watchdog: BUG: soft lockup - CPU#0\n[ 24.0] watchdog: BUG: soft lockup - CPU#0\n";

test("plain text is counted as it is", () => {
  expect(countOccurrences("BUG: soft lockup", LOG)).toBe(2);
  expect(countOccurrences("hard lockup", LOG)).toBe(0);
});

test("a pattern with special characters is a multi-line regular expression", () => {
  expect(countOccurrences("^\\[ *\\d+\\.0\\] watchdog", LOG)).toBe(2);
});

test("an invalid expression is taken as text", () => {
  expect(countOccurrences("(broken", LOG)).toBe(1);
});
