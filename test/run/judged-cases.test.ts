import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { junitDocument } from "../../packages/assay/src/notifiers/junit/junit-document.ts";
import { PerformanceEvaluation } from "../../packages/assay/src/performance/evaluation.ts";
import { readCriteria } from "../../packages/assay/src/performance/read-criteria.ts";
import { runDocument } from "../../packages/assay/src/report/run-document.ts";
import type { CaseContext } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { runScenario } from "./run-scenario.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const evaluation = (criteria: unknown, failsCases: boolean): PerformanceEvaluation =>
  new PerformanceEvaluation({
    criteria: readCriteria(criteria, []),
    statisticsTimes: 1,
    postPeakDropRatio: 0.02,
    failsCases,
  });

const measures =
  (...values: number[]) =>
  async ({ metric }: CaseContext): Promise<void> => {
    for (const value of values) metric("iops", value, "1/s", { relativity: "HigherIsBetter", tool: "fio" });
  };

const CRITERIA = { groups: [{ metrics: [{ name: "iops", min_value: 100 }] }] };
const MISSED = "1 of 1 metrics miss their criteria. iops (1/s): 9 is below the minimum 100.";

test("a case that misses its criteria fails where that is asked for, and no other", async () => {
  const report = await runScenario({
    cases: {
      slow: measures(9),
      slow_io_uring: measures(100),
      fails: async ({ metric, fail }) => {
        metric("iops", 9, "1/s");
        fail("own reason");
      },
      skips: async ({ metric, skip }) => {
        metric("iops", 9, "1/s");
        skip("no disk");
      },
      measures_nothing: async () => undefined,
    },
    session: { performance: evaluation(CRITERIA, true) },
  });
  const byCase = Object.fromEntries(report.results.map((each) => [each.case, [each.status, each.message]]));
  expect(byCase).toEqual({
    slow: ["FAILED", MISSED],
    slow_io_uring: ["PASSED", ""],
    fails: ["FAILED", "own reason"],
    skips: ["SKIPPED", "no disk"],
    measures_nothing: ["PASSED", ""],
  });
  expect(report.exitCode).toBe(1);
  expect(report.results.find(({ case: name }) => name === "slow")).toMatchObject({ failureClass: "product" });
});

test("otherwise it is told and changes nothing, and the reports have it", async () => {
  const report = await runScenario({
    cases: { slow: measures(9) },
    session: { performance: evaluation(CRITERIA, false) },
  });
  expect(report).toMatchObject({ exitCode: 0, counts: { passed: 1, failed: 0 } });
  const summary = summarizeRun(readJournal(report.journal));
  expect(summary.results[0]).toMatchObject({ status: "PASSED", missedCriteria: MISSED });
  expect(junitDocument(summary)).toContain(MISSED);
  expect(runDocument(summary, { html: null, junit: null, journal: "" })).toMatchObject({
    results: [{ missedCriteria: MISSED }],
  });
  expect(readFileSync(join(report.folder, "cases/Scenario.slow/case.log"), "utf8")).toContain(`WARN ${MISSED}`);
});

test("a machine on which a case missed its criteria tells how it is, and the recording has the case's own verdict", async () => {
  const report = await runScenario({
    cases: { slow: measures(9) },
    aftercare: { diagnosticsMs: 60_000 },
    session: { performance: evaluation(CRITERIA, true), isRecording: true },
  });
  expect([...readJournal(report.journal)].map(({ type }) => type)).toContain("case-diagnostics");
  const packed = readFileSync(join(report.folder, "cases/Scenario.slow/recording.ndjson.gz"));
  const lines = gunzipSync(packed).toString().trim().split("\n");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ kind: "finished", status: "PASSED" });
  expect(report.results[0]?.status).toBe("FAILED");
});

test("a failure that the runbook ignores is ATTEMPTED", async () => {
  const report = await runScenario({
    cases: { slow: measures(9), fine: measures(100) },
    testcase: "  - { criteria: { area: test }, ignore_failure: true }",
    session: { performance: evaluation(CRITERIA, true) },
  });
  expect(report.counts).toEqual({ passed: 1, failed: 0, skipped: 0, attempted: 1 });
});

test("results of one case are judged together when there are enough of them", async () => {
  const values = [50, 100, 180];
  const report = await runScenario({
    platform: new LocalGuests({ maxEnvironments: 1 }),
    cases: { repeated: (context) => measures(values.shift() ?? 0)(context) },
    testcase: "  - { criteria: { area: test }, times: 3 }",
    session: {
      performance: evaluation({ statistics_times: 2, groups: [{ metrics: [{ name: "iops", min_value: 100 }] }] }, true),
    },
  });
  expect(report.results.map(({ status }) => status)).toEqual(["PASSED", "FAILED", "PASSED"]);
  expect(report.results[1]?.message).toContain("The average of 2 runs: 75 is below the minimum 100.");
});

test("a case that missed its criteria is tried again", async () => {
  const values = [9, 100];
  const report = await runScenario({
    cases: { slow_once: (context) => measures(values.shift() ?? 0)(context) },
    testcase: "  - { criteria: { area: test }, retry: 1 }",
    session: { performance: evaluation(CRITERIA, true) },
  });
  expect(report.counts).toMatchObject({ passed: 1, failed: 0 });
  expect(summarizeRun(readJournal(report.journal)).results[0]).toMatchObject({
    attempts: 2,
    missedCriteria: undefined,
  });
});

/** Puts a program called dmesg before the real one that prints what is in the file it gives. */
function playedDmesg(exitCode = 0): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-dmesg-"));
  const log = join(folder, "log");
  writeFileSync(log, "[    0.0] Linux version 6.1.0\n");
  writeFileSync(join(folder, "dmesg"), `#!/bin/sh\ncat '${log}'\nexit ${exitCode}\n`);
  chmodSync(join(folder, "dmesg"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  return log;
}

const ASSERTS = ", assert_kernel_error_after_test: true";
const TRACE = "[   99.0] BUG: soft lockup - CPU#0 stuck for 22s!\n[   99.0] Call Trace:\n";

test("an error of the kernel fails a case that passed, which no other case shares its machine with", async () => {
  const log = playedDmesg();
  const report = await runScenario({
    platform: new LocalGuests({ isPristineCheap: false, maxEnvironments: 1 }),
    cases: {
      a_good: async () => undefined,
      b_breaks: async () => writeFileSync(log, TRACE),
      c_fails: async ({ fail }) => {
        writeFileSync(log, "");
        fail("own reason");
      },
    },
    platformKeys: ASSERTS,
  });
  expect(report.results.map(({ status, message }) => [status, message])).toEqual([
    ["PASSED", ""],
    [
      "FAILED",
      "check failed. The kernel's log has errors: 2 errors on 'node-0', first: [   99.0] BUG: soft lockup - CPU#0 stuck for 22s!",
    ],
    ["FAILED", "own reason"],
  ]);
  expect(report.results[1]).toMatchObject({ failureClass: "product" });
  expect(report.guests).toHaveLength(2);
});

test("a log that cannot be read is no good log", async () => {
  playedDmesg(1);
  const report = await runScenario({ cases: { good: async () => undefined }, platformKeys: ASSERTS });
  expect(report.results[0]).toMatchObject({
    status: "FAILED",
    message: expect.stringMatching(/^check failed\. .*dmesg/),
  });
});

test("errors of the kernel are nobody's business where that is not asked for", async () => {
  const log = playedDmesg();
  const report = await runScenario({ cases: { breaks: async () => writeFileSync(log, TRACE) } });
  expect(report.exitCode).toBe(0);
});
