import { expect, test } from "vitest";
import { type ToldResult, type ToldRun, tellRun } from "../../testing/told-run.ts";
import { CHANGE_KINDS, compareRuns } from "./compare-runs.ts";

const passed: ToldResult = { status: "PASSED" };
const failed: ToldResult = { status: "FAILED", message: "bad" };
const ignored: ToldResult = { status: "ATTEMPTED", message: "bad" };
const skipped: ToldResult = { status: "SKIPPED", message: "no" };
const running: ToldResult = { status: "RUNNING" };
const queued: ToldResult = { status: "QUEUED" };

const runOf = (result: ToldResult | undefined, rest: Partial<ToldRun> = {}) =>
  tellRun({ verdict: "failed", ...rest, results: result === undefined ? {} : { "S.c[a=1]#2": result } });

const kindsOf = (before: ToldResult | undefined, after: ToldResult | undefined) => {
  const { changes } = compareRuns(runOf(before), runOf(after));
  return CHANGE_KINDS.filter((kind) => changes[kind].length > 0);
};

test.each<[string, ToldResult | undefined, ToldResult | undefined, readonly string[]]>([
  ["passed twice", passed, passed, []],
  ["failed twice", failed, failed, []],
  ["fails now", passed, failed, ["newFailures"]],
  ["fails instead of being skipped", skipped, failed, ["newFailures"]],
  ["fails and was not there", undefined, failed, ["newFailures"]],
  ["fails, and that is ignored", passed, ignored, ["newFailures"]],
  ["fails, and that is ignored no more", ignored, failed, ["newFailures"]],
  ["fails as before, and that is ignored now", failed, ignored, ["changedMessages"]],
  ["fixed", failed, passed, ["fixed"]],
  ["fixed what was ignored", ignored, passed, ["fixed"]],
  ["skipped now", passed, skipped, ["newSkips"]],
  ["skipped instead of failing", failed, skipped, ["newSkips"]],
  ["new and skipped", undefined, skipped, ["newSkips"]],
  ["run again", skipped, passed, ["newlyRun"]],
  ["new", undefined, passed, ["newlyRun"]],
  ["finished at last", running, passed, ["newlyRun"]],
  ["gone", passed, undefined, ["noLongerRun"]],
  ["cut off", passed, running, ["notFinished"]],
  ["new and cut off", undefined, queued, ["notFinished"]],
  ["cut off twice", running, queued, []],
  ["other message", failed, { ...failed, message: "worse" }, ["changedMessages"]],
  ["other warning", passed, { ...passed, warning: "close" }, ["changedMessages"]],
  ["slower", { ...passed, durationMs: 2000 }, { ...passed, durationMs: 3000 }, ["slower"]],
  ["slower by less than half", { ...passed, durationMs: 3000 }, { ...passed, durationMs: 4400 }, []],
  ["slower by less than a second", { ...passed, durationMs: 10 }, { ...passed, durationMs: 900 }, []],
  [
    "slower and another message",
    failed,
    { status: "FAILED", message: "x", durationMs: 5000 },
    ["slower", "changedMessages"],
  ],
])("a result that is %s", (_, before, after, kinds) => {
  expect(kindsOf(before, after)).toEqual(kinds);
});

test.each<[string, ToldResult | undefined, ToldResult | undefined, boolean]>([
  ["a new failure", passed, failed, true],
  ["a new failure that is ignored", passed, ignored, false],
  ["a passed result that was cut off", passed, running, true],
  ["a failed result that was cut off", failed, running, false],
  ["a new skip", passed, skipped, false],
  ["a result that is not run any more", passed, undefined, false],
  ["a failure that stays", failed, failed, false],
])("%s as a regression", (_, before, after, isRegression) => {
  expect(compareRuns(runOf(before), runOf(after)).isRegression).toBe(isRegression);
});

test("a second run that came to no verdict about what it tested is a regression", () => {
  const broken = runOf(passed, { verdict: "machinery-failed" });
  expect(compareRuns(runOf(passed), broken).isRegression).toBe(true);
  expect(compareRuns(broken, broken).isRegression).toBe(false);
});

test("what a run did not come to plan is not finished, what it left out is no longer run, with the reason", () => {
  const open = compareRuns(runOf(passed), runOf(undefined, { verdict: "interrupted", isPlanOpen: true }));
  expect(open.changes.notFinished).toMatchObject([{ reason: "The run ended before it was planned." }]);
  const excluded = [{ suite: "S", case: "c", reason: "Not wanted." }];
  const left = compareRuns(runOf(passed), runOf(undefined, { excluded, isPlanOpen: true }));
  expect(left.changes.noLongerRun).toMatchObject([{ resultId: "S.c[a=1]#2", reason: "Not wanted." }]);
});

test("results are matched by combination and number", () => {
  const before = tellRun({ results: { "S.c[a=1]#1": passed, "S.c[a=1]#2": failed, "S.c[a=2]#1": passed } });
  const after = tellRun({ results: { "S.c[a=2]#1": failed, "S.c[a=1]#1": passed, "S.c[a=1]#2": failed } });
  const { changes, unchanged } = compareRuns(before, after);
  expect(changes.newFailures.map(({ resultId }) => resultId)).toEqual(["S.c[a=2]#1"]);
  expect(unchanged).toBe(2);
});

test("a message that differs in the names of run and environment only is the same", () => {
  const told = (run: string, environment: string, message: string) =>
    tellRun({ run, verdict: "failed", results: { "S.c": { status: "FAILED", environment, message } } });
  const before = told("r1", "qemu-1", "'qemu-1' of r1 has 1 disk");
  expect(compareRuns(before, told("r2", "qemu-12", "'qemu-12' of r2 has 1 disk")).unchanged).toBe(1);
  expect(compareRuns(before, told("r2", "qemu-12", "'qemu-12' of r2 has 2 disks")).unchanged).toBe(0);
  expect(compareRuns(before, told("r2", "qemu-12", "'qemu-123' of r2 has 1 disk")).unchanged).toBe(0);
});
