import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PlatformError } from "../../packages/assay/src/errors/catalogue.ts";
import { summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { renderHtmlReport } from "../../packages/assay/src/notifiers/html/html-notifier.ts";
import { junitDocument } from "../../packages/assay/src/notifiers/junit/junit-document.ts";
import { summaryLines } from "../../packages/assay/src/notifiers/summary-lines.ts";
import { runDocument } from "../../packages/assay/src/report/run-document.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { pageDetails } from "../../packages/assay/src/testing/page-details.ts";
import { runScenario } from "./run-scenario.ts";

const repeating = { repeatFailures: 4 };

test("a case that fails sometimes is labelled, and its verdict stays", async () => {
  let runs = 0;
  const report = await runScenario({
    aftercare: repeating,
    cases: {
      flaky: async ({ fail, log }) => {
        runs++;
        log.info(`run ${runs}`);
        if (runs % 2 === 1) fail(`run ${runs} failed`);
      },
    },
  });
  expect(runs).toBe(5);
  expect(report).toMatchObject({ exitCode: 1, counts: { failed: 1, passed: 0 } });
  const [result] = report.results;
  expect(result).toMatchObject({
    status: "FAILED",
    message: "run 1 failed",
    repetition: { attempts: 5, failures: 3, rate: 0.6, label: "flaky" },
  });
  expect(new Set(report.guests.map(({ name }) => name)).size).toBe(5);
  expect(report.guests.every(({ isDeleted }) => isDeleted)).toBe(true);
  expect(readFileSync(join(report.folder, "cases/Scenario.flaky-repeat-4/case.log"), "utf8")).toContain("run 5");
});

test("what is told of it is in every report, and nothing of the further runs is taken for the first", async () => {
  let runs = 0;
  const report = await runScenario({
    aftercare: repeating,
    cases: {
      flaky: async ({ fail, metric }) => {
        metric("run", ++runs, "");
        if (runs < 3) fail(`run ${runs} failed`);
      },
    },
  });
  const summary = summarizeRun(readJournal(report.journal));
  const [result] = summary.results;
  expect(result?.metrics.map(({ value }) => value)).toEqual([1]);
  expect(result?.attempts).toBe(1);
  expect(result?.folder).toBe("cases/Scenario.flaky");
  expect(result?.repeats.map(({ status }) => status)).toEqual(["FAILED", "PASSED", "PASSED", "PASSED"]);
  const words = "flaky: failed in 2 of 5 runs, 40 % (95 % sure: 12 % to 77 %)";
  const paint = (_style: unknown, text: string): string => text;
  expect(summaryLines(summary, { paint, columns: 100, folder: undefined, reports: [] }).join("\n")).toContain(words);
  const page = await renderHtmlReport(summary, report.folder, report.folder);
  expect(page).toContain('<span class="suite">flaky</span>');
  expect(pageDetails(page)).toContain(words);
  expect(junitDocument(summary)).toContain('<property name="repetition.label" value="flaky"/>');
  expect(runDocument(summary, { html: null, junit: null, journal: "j" })).toMatchObject({
    results: [{ repetition: { attempts: 5, failures: 2, label: "flaky" } }],
  });
});

test("a case that always fails is broken", async () => {
  const report = await runScenario({ aftercare: repeating, cases: { bad: async ({ fail }) => fail("no") } });
  expect(report.results[0]).toMatchObject({ repetition: { attempts: 5, failures: 5, rate: 1, label: "broken" } });
});

test("what passes, skips or is not asked for is run once", async () => {
  let runs = 0;
  const report = await runScenario({
    aftercare: repeating,
    cases: { good: async () => undefined, skips: async ({ skip }) => skip("no disk") },
  });
  const once = await runScenario({
    cases: {
      bad: async ({ fail }) => {
        runs++;
        fail("no");
      },
    },
  });
  expect([...report.results, ...once.results].map(({ repetition }) => repetition)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(runs).toBe(1);
});

test("a case that passed when it was tried again is flaky", async () => {
  let runs = 0;
  const report = await runScenario({
    testcase: "  - { criteria: { area: test }, retry: 2 }",
    cases: {
      flaky: async ({ fail }) => {
        if (++runs < 2) fail("not yet");
      },
    },
  });
  expect(report.results[0]).toMatchObject({
    status: "PASSED",
    repetition: { attempts: 2, failures: 1, label: "flaky" },
  });
});

test("without further machines the figures are those there are, and the run is no worse for it", async () => {
  const report = await runScenario({
    aftercare: repeating,
    platform: new LocalGuests({
      onDeploy: (count) => {
        if (count > 2) throw new PlatformError("no room");
      },
    }),
    cases: { bad: async ({ fail }) => fail("no") },
  });
  expect(report).toMatchObject({ exitCode: 1, verdict: "failed" });
  expect(report.results[0]).toMatchObject({ message: "no", repetition: { attempts: 2, failures: 2 } });
  expect(readJournal(report.journal)).toContainEqual(
    expect.objectContaining({ type: "notice", text: expect.stringContaining("is not repeated further") }),
  );
});

test("an interrupt ends the repeating", async () => {
  const controller = new AbortController();
  let runs = 0;
  const report = await runScenario({
    aftercare: repeating,
    signal: controller.signal,
    cases: {
      bad: async ({ node, fail }) => {
        if (++runs === 2) {
          controller.abort("SIGINT");
          await node.run(["sleep", "975.5"]);
        }
        fail("no");
      },
    },
  });
  expect(report.exitCode).toBe(130);
  expect(runs).toBe(2);
  expect(existsSync(join(report.folder, "cases/Scenario.bad-repeat-2"))).toBe(false);
});
