import { expect, test } from "vitest";
import { Workspace } from "../cli/run-assay.ts";
import { askPython } from "./judges.ts";

/** Counts and names as a reader of JUnit files sees them. */
const READ = `
import json, sys
from junitparser import JUnitXml, Failure, Skipped
report = JUnitXml.fromfile(sys.argv[1])
cases = [case for suite in report for case in suite]
print(json.dumps({
  "tests": report.tests, "failures": report.failures, "skipped": report.skipped,
  "cases": sorted(f"{case.classname}.{case.name}" for case in cases),
  "skippedCases": sum(any(isinstance(result, Skipped) for result in case.result) for case in cases),
  "failedCases": sum(any(isinstance(result, Failure) for result in case.result) for case in cases),
}))
`;

test("a reader of JUnit files finds the results of a run", async () => {
  const space = new Workspace({
    "r.yml": "platform: [{ type: local }]\ntestcase: [{ criteria: { priority: [0, 1] } }]\n",
  });
  const run = JSON.parse((await space.assay(["run", "-r", "r.yml", "--json"])).stdout);
  const failed = run.counts.failed;
  const skipped = run.counts.skipped + run.counts.attempted;
  expect(run.results.length).toBeGreaterThan(5);
  expect(await askPython(READ, run.reports.junit)).toMatchObject({
    tests: run.results.length,
    failures: failed,
    skipped,
    failedCases: failed,
    skippedCases: skipped,
    cases: run.results.map((each: { suite: string; case: string }) => `${each.suite}.${each.case}`).toSorted(),
  });
});
