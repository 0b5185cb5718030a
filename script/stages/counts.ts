/** Numbers of tests by verdict. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** Sums counts. */
export const addCounts = (left: TestCounts, right: TestCounts): TestCounts => ({
  passed: left.passed + right.passed,
  failed: left.failed + right.failed,
  skipped: left.skipped + right.skipped,
});

const numberAt = (report: unknown, key: string): number => {
  const value = typeof report === "object" && report !== null ? Reflect.get(report, key) : undefined;
  return typeof value === "number" ? value : 0;
};

/**
 * Counts of a stage from vitest's JSON report (undefined when it wrote none). A stage that failed without a failed
 * test, such as a file that does not load, counts as one failure, so that the sum never looks clean when it is not.
 */
export function countsOf(reportText: string | undefined, stageFailed: boolean): TestCounts {
  let report: unknown;
  try {
    report = JSON.parse(reportText ?? "{}");
  } catch {
    report = {};
  }
  const failed = numberAt(report, "numFailedTests");
  return {
    passed: numberAt(report, "numPassedTests"),
    failed: stageFailed ? Math.max(failed, 1) : failed,
    skipped: numberAt(report, "numPendingTests") + numberAt(report, "numTodoTests"),
  };
}

/** The closing line, such as `12 passed, 0 failed`; skipped tests are named when there are any. */
export const closingLine = ({ passed, failed, skipped }: TestCounts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
