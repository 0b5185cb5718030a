import { expect, test } from "vitest";
import { countStatuses, type RunEnd, verdictOf } from "./verdict.ts";

const none = { passed: 0, failed: 0, skipped: 0, attempted: 0 };
const end = (given: Partial<RunEnd>): RunEnd => ({
  counts: none,
  planned: 1,
  deploymentFailures: 0,
  gaveUp: undefined,
  interruptedBy: undefined,
  ...given,
});

test.each<[string, Partial<RunEnd>, number, string]>([
  ["one passed", { counts: { ...none, passed: 1, skipped: 2 } }, 0, "passed"],
  ["one failed", { counts: { ...none, passed: 9, failed: 1 } }, 1, "failed"],
  ["an ignored failure beside a pass", { counts: { ...none, passed: 1, attempted: 1 } }, 0, "passed"],
  ["nothing but ignored failures", { counts: { ...none, attempted: 1 } }, 3, "machinery-failed"],
  ["nothing selected", { planned: 0 }, 3, "machinery-failed"],
  ["everything skipped", { counts: { ...none, skipped: 4 } }, 3, "machinery-failed"],
  ["no environment", { counts: { ...none, failed: 3 }, deploymentFailures: 3 }, 3, "machinery-failed"],
  ["a failure that is tolerated", { counts: { ...none, failed: 1 }, isFailureTolerated: true }, 0, "failed"],
  [
    "a tolerated failure in a run that gave up",
    { counts: { ...none, failed: 1 }, gaveUp: "x", isFailureTolerated: true },
    1,
    "failed",
  ],
  ["a failed case beside a failed deployment", { counts: { ...none, failed: 2 }, deploymentFailures: 1 }, 1, "failed"],
  ["gave up", { gaveUp: "The image never boots.", counts: { ...none, passed: 1 } }, 3, "machinery-failed"],
  ["Ctrl-C", { interruptedBy: "SIGINT", counts: { ...none, failed: 1 } }, 130, "interrupted"],
  ["a program", { interruptedBy: "program" }, 130, "interrupted"],
  ["SIGTERM", { interruptedBy: "SIGTERM" }, 143, "interrupted"],
])("%s", (_name, given, exitCode, verdict) => {
  expect(verdictOf(end(given))).toMatchObject({ exitCode, verdict });
});

test("counts by status", () => {
  expect(countStatuses(["PASSED", "FAILED", "PASSED", "SKIPPED", "ATTEMPTED"])).toEqual({
    passed: 2,
    failed: 1,
    skipped: 1,
    attempted: 1,
  });
});
