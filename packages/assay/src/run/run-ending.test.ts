import { expect, test } from "vitest";
import { ResultRemarks } from "./result-remarks.ts";
import { endingOf, type RunWork } from "./run-ending.ts";
import type { FinishedResult } from "./run-report.ts";

const passed = (name: string): FinishedResult => ({
  type: "case-finished",
  ...{ resultId: `S.${name}`, suite: "S", case: name, status: "PASSED", message: "", durationMs: 1, rebootMs: 0 },
  environment: "e-1",
});

const work = (more: Partial<RunWork>): RunWork => ({
  ...{ outcomes: [], earlyEnd: undefined, told: [], past: undefined, remarks: new ResultRemarks() },
  ...{ signal: new AbortController().signal, isFailureTolerated: false, mask: String, ...more },
});

const plan = { finished: [passed("a")], planned: 1, deploymentFailures: 0, gaveUp: undefined };

test("what was told of a plan that broke off is in the report, once, and there is more to do", () => {
  const ending = endingOf(
    work({
      outcomes: [{ ...plan, isConfigurationWrong: false }],
      told: [passed("a"), passed("b")],
      earlyEnd: { gaveUp: "The disk is full.", isConfigurationWrong: false },
    }),
  );
  expect(ending).toMatchObject({
    verdict: { verdict: "machinery-failed", exitCode: 3, reason: "The disk is full." },
    counts: { passed: 2 },
    isCutShort: true,
    dropped: [],
  });
  expect(ending.results.map(({ case: name }) => name)).toEqual(["a", "b"]);
});

test("a plan that gave up with a result for each of its cases leaves nothing to do", () => {
  const outcome = { ...plan, gaveUp: "The image never boots.", isConfigurationWrong: false };
  expect(endingOf(work({ outcomes: [outcome] })).isCutShort).toBe(false);
  expect(endingOf(work({ outcomes: [{ ...outcome, planned: 2 }] })).isCutShort).toBe(true);
});
