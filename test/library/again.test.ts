import { join } from "node:path";
import {
  check,
  compareRuns,
  defineTransformer,
  explain,
  loadRunbook,
  plan,
  type RunNotice,
  readRun,
  renderDiff,
  renderReport,
  replay,
  resume,
  run,
  UsageError,
} from "assay";
import { suite } from "assay/suite";
import { expect, test } from "vitest";
import { folderWith } from "./run-program.ts";

const RUNBOOK = `name: own
platform: [{ type: local }]
concurrency: 1
variable:
  - { name: token, value: '', is_secret: true }
  - { name: size, value: 1, is_case_visible: true }
testcase: [{ criteria: { area: own } }]
`;

/** A pause that is read from a clock which no replay replaces. */
const waitFor = async (ms: number): Promise<number> => {
  const from = process.hrtime.bigint();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return Number(process.hrtime.bigint() - from) / 1e6;
};

test("a cancelled run is gone on with, with its secret and its suites given again", async () => {
  const folder = folderWith({ "own.yml": RUNBOOK });
  const logPath = join(folder, "runs");
  let isWaiting = true;
  const own = suite("Own", { area: "own", about: "Cases." }, ({ test: define }) => {
    define("first", { about: "Passes.", priority: 1 }, async ({ log, variables }) => {
      log.info(`size ${String(variables.size)}, token hunter22`);
    });
    define("second", { about: "Waits the first time.", priority: 2 }, async ({ signal }) => {
      if (!isWaiting) return;
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    });
  });
  const given = { suites: [own], secrets: { token: "hunter22" } };
  const running = run(await loadRunbook(join(folder, "own.yml"), { ...given, variables: { size: 4 } }), { logPath });
  for await (const event of running) {
    if (event.type !== "case-started" || event.case !== "second") continue;
    await expect(resume("latest", { logPath, ...given }).report).rejects.toThrow(/is going on/);
    running.cancel();
  }
  expect(await running.report).toMatchObject({ verdict: "interrupted", counts: { passed: 1 } });

  isWaiting = false;
  await expect(resume(undefined, { logPath, suites: [own] }).report).rejects.toThrow(/these are missing: 'token'/);
  const again = resume("latest", { logPath, ...given });
  const types: string[] = [];
  for await (const event of again) types.push(event.type === "case-log" ? event.text : event.type);
  expect(await again.report).toMatchObject({ verdict: "passed", counts: { passed: 2, failed: 0 } });
  // The whole run from its first event on, of which the first case was run once.
  expect(types.filter((type) => type.startsWith("size"))).toEqual(["size 4, token ******"]);
  expect(types).toContain("run-resumed");

  const notices: RunNotice[] = [];
  const over = resume("latest", { logPath, ...given, onNotice: (notice) => notices.push(notice) });
  expect(await over.report).toMatchObject({ verdict: "passed", counts: { passed: 2 } });
  expect(notices).toMatchObject([{ kind: "resume", text: expect.stringContaining("Nothing is left to do.") }]);
});

test("a run that goes on starts first what failed in the run before it, wherever the runs are", async () => {
  const folder = folderWith({ "own.yml": RUNBOOK });
  const logPath = join(folder, "elsewhere");
  let waits = false;
  const own = suite("Own", { area: "own", about: "Cases." }, ({ test: define }) => {
    define("passes", { about: "Passes.", priority: 1 }, async () => undefined);
    define("fails", { about: "Fails.", priority: 2 }, async () => Promise.reject(new Error("no")));
    define("fails_late", { about: "Fails, once without an end.", priority: 3 }, async ({ signal }) => {
      if (waits) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      throw new Error("no");
    });
  });
  const file = await loadRunbook(join(folder, "own.yml"), { suites: [own] });
  await run(file, { logPath, id: "before" }).report;
  waits = true;
  const running = run(file, { logPath, id: "after", schedule: "fail-fast" });
  for await (const event of running) {
    if (event.type === "case-started" && event.case === "fails_late") running.cancel();
  }
  waits = false;
  const started: string[] = [];
  for await (const event of resume("after", { logPath, suites: [own] })) {
    if (event.type === "case-started") started.push(event.case);
  }
  expect(started).toEqual(["fails", "fails_late", "fails_late", "passes"]);
});

test("recorded cases are replayed while a real run goes on, and neither takes the other's time", async () => {
  const folder = folderWith({ "own.yml": RUNBOOK });
  const own = suite("Own", { area: "own", about: "Cases." }, ({ test: define }) => {
    define("pauses", { about: "Waits.", priority: 1 }, async ({ node, metric }) => {
      await node.shell.read("/etc/hostname");
      metric("waited", await waitFor(700), "ms");
      await node.shell.read("/etc/hostname");
    });
  });
  const file = await loadRunbook(join(folder, "own.yml"), { suites: [own] });
  const recorded = await run(file, { logPath: join(folder, "recorded"), record: true, reports: [] }).report;
  expect(recorded.verdict).toBe("passed");

  const real = run(file, { logPath: join(folder, "beside"), reports: [] });
  const outcomes: string[] = [];
  let isOver = false;
  const over = real.report.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for await (const each of replay(recorded.folder, { suites: [own] })) outcomes.push(each.outcome);
  }
  expect((await over).verdict).toBe("passed");
  expect(new Set(outcomes)).toEqual(new Set(["as-recorded"]));
  for await (const event of real) {
    if (event.type === "case-metric") expect(event.value).toBeGreaterThanOrEqual(699);
  }
  await expect(replay(recorded.folder, { suites: [own], cases: ["nobody"] }).next()).rejects.toThrow(UsageError);
});

test("runs are read, rendered and compared", async () => {
  const folder = folderWith({ "own.yml": RUNBOOK });
  const logPath = join(folder, "runs");
  let isBroken = false;
  const own = suite("Own", { area: "own", about: "Cases." }, ({ test: define }) => {
    define("breaks", { about: "Breaks.", priority: 1 }, async () => {
      if (isBroken) throw new Error("broken now");
    });
  });
  const file = await loadRunbook(join(folder, "own.yml"), { suites: [own] });
  const first = await run(file, { logPath, id: "one", reports: [] }).report;
  isBroken = true;
  await run(file, { logPath, id: "two", reports: [] }).report;
  const [before, after] = [await readRun(first.journal), await readRun("two", { logPath })];
  expect([before.summary.verdict, after.summary.verdict]).toEqual(["passed", "failed"]);
  expect(JSON.parse(await renderReport(after, "json"))).toMatchObject({ run: "two", verdict: "failed" });
  expect(await renderReport(after, "text")).toContain("Own.breaks");
  expect(await renderReport(after, "junit")).toContain("broken now");
  expect(await renderReport(after, "html")).toMatch(/^<!doctype html>/i);
  expect(await renderReport(after, "csv")).toContain("breaks");
  expect(await renderReport(after, "github")).toContain("::error");
  expect(await renderReport(after, "github-summary")).toContain("|");
  const diff = await compareRuns(before, after);
  expect(diff.isRegression).toBe(true);
  expect(diff.changes.newFailures.map(({ resultId }) => resultId)).toEqual(["Own.breaks"]);
  expect(await renderDiff(diff, "text")).toContain("New failures: 1");
  expect(JSON.parse(await renderDiff(diff, "json"))).toMatchObject({ regressions: ["Own.breaks"] });
  await expect(readRun("three", { logPath })).rejects.toThrow(/There is no run 'three'/);
  await expect(run(file, { logPath, id: "two" }).report).rejects.toThrow(/'.*two' exists/);
});

test("plan, check and explain tell the same as a run does", async () => {
  const folder = folderWith({ "own.yml": RUNBOOK, "wrong.yml": `${RUNBOOK}wrong_key: hunter22\n` });
  const own = suite("Own", { area: "own", about: "Cases." }, ({ test: define }) => {
    define("chosen", { about: "Runs.", priority: 1 }, async () => undefined);
    define("far", { about: "Is skipped.", priority: 1, requires: { remote: true } }, async () => undefined);
  });
  const file = await loadRunbook(join(folder, "own.yml"), { suites: [own] });
  const planned = await plan(file);
  expect(planned.results).toMatchObject([{ resultId: "Own.chosen", platform: "local", combination: {} }]);
  expect(planned.skipped).toMatchObject([
    { resultId: "Own.far", reason: expect.stringContaining("this is the machine assay runs on") },
  ]);
  const { results } = await run(file, { logPath: join(folder, "runs"), reports: [] }).report;
  expect(new Set(results.map(({ resultId }) => resultId))).toEqual(new Set(["Own.chosen", "Own.far"]));
  const named = await plan(file, { cases: ["verify_cpu_count"] });
  expect(named.results.map((each) => each.case)).toEqual(["verify_cpu_count"]);
  expect((await plan(file, { cases: ["verify_cpu_cuont"] })).isGood).toBe(false);
  expect(await check(file)).toMatchObject({ isGood: true, results: 2 });
  const [explained] = await explain(file, "Own.far");
  expect(explained?.groups[0]?.explanation.outcome).toBe("skipped");
  await expect(explain(file, "nobody")).rejects.toThrow(/No case is named 'nobody'/);

  const wrong = await loadRunbook(join(folder, "wrong.yml"), { secrets: { token: "hunter22" } });
  const problem = wrong.diagnostics.find(({ severity }) => severity === "error");
  if (problem === undefined) throw new Error("The unknown key was not told.");
  expect(wrong.describe(problem)).toContain("wrong_key: ******");
  expect((await check(wrong)).isGood).toBe(false);
  expect((await plan(wrong)).runbook).toBeUndefined();
});

test("parts are given as objects, and a name that is taken is refused", async () => {
  const folder = folderWith({
    "own.yml": `${RUNBOOK}transformer: [{ type: greet, name: hello, phase: init }]\n`,
  });
  const told: string[] = [];
  const greet = defineTransformer({
    type: "greet",
    async run() {
      told.push("greeted");
      return {};
    },
  });
  const own = suite("Own", { area: "own", about: "Cases." }, ({ test: define }) => {
    define("passes", { about: "Passes.", priority: 1 }, async () => undefined);
  });
  const file = await loadRunbook(join(folder, "own.yml"), { suites: [own], extensions: [greet] });
  expect(file.diagnostics).toEqual([]);
  const report = await run(file, { logPath: join(folder, "runs"), reports: [] }).report;
  expect(report.verdict).toBe("passed");
  expect(told).toEqual(["greeted"]);
  const taken = suite("CPU", { area: "own", about: "A name of the catalogue." }, ({ test: define }) => {
    define("passes", { about: "Passes.", priority: 1 }, async () => undefined);
  });
  await expect(loadRunbook(join(folder, "own.yml"), { suites: [taken] })).rejects.toThrow(
    "The suite 'CPU' of 'the program' is there already: built in.",
  );
  await expect(loadRunbook(join(folder, "own.yml"), { variables: { "a:b": 1 } })).rejects.toThrow(TypeError);
});
