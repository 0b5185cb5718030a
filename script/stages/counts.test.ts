import { expect, test } from "vitest";
import { addCounts, closingLine, countsOf } from "./counts.ts";

test("counts come from the report", () => {
  const report = JSON.stringify({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 });
  expect(countsOf(report, true)).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

test("a stage that failed without a failed test counts as one failure", () => {
  expect(countsOf(undefined, true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countsOf('{"numPassedTests":3,"numFailedTests":0}', true).failed).toBe(1);
  expect(countsOf("{torn", true).failed).toBe(1);
});

test("the closing line is plain and names skipped tests only when there are any", () => {
  const sum = addCounts({ passed: 2, failed: 0, skipped: 0 }, { passed: 1, failed: 0, skipped: 0 });
  expect(closingLine(sum)).toBe("3 passed, 0 failed");
  expect(closingLine({ passed: 1, failed: 1, skipped: 2 })).toBe("1 passed, 1 failed, 2 skipped");
});
