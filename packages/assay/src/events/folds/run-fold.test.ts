import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../types.ts";
import { type RunSummary, summarizeRun } from "./run-summary.ts";
import { timelineOf } from "./timeline.ts";

const ORIGIN = Date.parse("2026-11-21T05:00:00.000Z");
const ONE = { resultId: "Core.one", suite: "Core", case: "one" };
const TWO = { resultId: "Core.two", suite: "Core", case: "two" };
const planned = (identity: typeof ONE) => ({ ...identity, about: "", priority: 1, area: "core", timeoutMs: 1000 });

const STORY: readonly [atMs: number, body: EventBody][] = [
  [
    0,
    {
      type: "run-started",
      run: "r1",
      name: "demo",
      version: "0.1.0",
      runbook: "demo.yml",
      platform: "qemu",
      host: { cores: "2" },
      plan: [planned(ONE), planned(TWO)],
      excluded: [],
    },
  ],
  [100, { type: "platform-progress", environment: undefined, step: "boot template" }],
  [900, { type: "platform-progress", environment: undefined, step: "boot template", elapsedMs: 800 }],
  [1000, { type: "platform-progress", environment: "qemu-1", step: "fork" }],
  [1200, { type: "environment-ready", environment: "qemu-1", elapsedMs: 200, facts: { image: "x" }, nodes: ["n0"] }],
  [1200, { type: "case-started", ...ONE, environment: "qemu-1", folder: "cases/Core.one" }],
  [1300, { type: "case-log", ...ONE, level: "info", text: "first attempt" }],
  [1400, { type: "case-metric", ...ONE, name: "iops", value: 12, unit: "1/s" }],
  [1500, { type: "case-started", ...ONE, environment: "qemu-1", folder: "cases/Core.one-attempt-2" }],
  [1600, { type: "case-log", ...ONE, level: "warn", text: "second attempt" }],
  [
    1900,
    {
      type: "case-finished",
      ...ONE,
      status: "PASSED",
      message: "",
      durationMs: 400,
      rebootMs: 0,
      environment: "qemu-1",
    },
  ],
  [2000, { type: "environment-deleted", environment: "qemu-1", elapsedMs: 50 }],
  [2000, { type: "environment-failed", environment: "qemu-2", message: "No room.", serialTail: "end" }],
  [
    2100,
    {
      type: "case-finished",
      ...TWO,
      status: "FAILED",
      message: "deployment failed: No room.",
      failureClass: "environment",
      durationMs: 90,
      rebootMs: 0,
      environment: undefined,
    },
  ],
  [
    2200,
    {
      type: "run-finished",
      verdict: "failed",
      reason: "1 case failed.",
      exitCode: 1,
      counts: { passed: 1, failed: 1, skipped: 0, attempted: 0 },
      elapsedMs: 2200,
    },
  ],
];

const EVENTS = STORY.map(
  ([atMs, body], index): RunEvent => ({ ...body, seq: index + 1, at: new Date(ORIGIN + atMs).toISOString() }),
);

test("a finished run folds into verdict, counts, results and environments", () => {
  const summary = summarizeRun(EVENTS);
  expect(summary).toMatchObject({ verdict: "failed", exitCode: 1, elapsedMs: 2200, unfinished: 0 });
  expect(summary.counts).toEqual({ passed: 1, failed: 1, skipped: 0, attempted: 0 });
  expect(summary.results.map(({ resultId, status }) => [resultId, status])).toEqual([
    ["Core.one", "PASSED"],
    ["Core.two", "FAILED"],
  ]);
  expect(summary.environments.map(({ name, state, deployMs }) => [name, state, deployMs])).toEqual([
    ["qemu-1", "deleted", 200],
    ["qemu-2", "failed", undefined],
  ]);
});

test("of a case that was tried twice the last attempt counts", () => {
  const [one] = summarizeRun(EVENTS).results;
  expect(one?.attempts).toBe(2);
  expect(one?.folder).toBe("cases/Core.one-attempt-2");
  expect(one?.log.map(({ text }) => text)).toEqual(["second attempt"]);
  expect(one?.metrics).toEqual([]);
});

test("a step that its environment's readiness cut off is closed", () => {
  const fork = summarizeRun(EVENTS).progress.find(({ step }) => step === "fork");
  expect(fork?.elapsedMs).toBe(200);
});

test("the journal of a run killed at any moment folds, and every planned result is accounted for", () => {
  for (let length = 1; length < EVENTS.length; length += 1) {
    const summary = summarizeRun(EVENTS.slice(0, length));
    const { passed, failed, skipped, attempted } = summary.counts;
    expect(summary.verdict).toBeUndefined();
    expect(passed + failed + skipped + attempted + summary.unfinished).toBe(2);
    expectWithin(summary);
  }
});

test("a case that was running when the run was killed stays RUNNING for the time it was seen", () => {
  const [one, two] = summarizeRun(EVENTS.slice(0, 8)).results;
  expect([one?.status, one?.durationMs, two?.status]).toEqual(["RUNNING", 200, "QUEUED"]);
});

test("the timeline keeps what runs at the same time in separate lanes", () => {
  const { lanes } = timelineOf(summarizeRun(EVENTS));
  expect(lanes.map(({ label, bars }) => [label, bars.map(({ label: bar }) => bar)])).toEqual([
    ["prepare", ["boot template"]],
    ["machine 1", ["deploy qemu-1", "Core.one", "delete qemu-1", "deploy qemu-2"]],
  ]);
  expectWithin(summarizeRun(EVENTS));
});

function expectWithin(summary: RunSummary): void {
  const { totalMs, lanes } = timelineOf(summary);
  for (const { fromMs, toMs } of lanes.flatMap(({ bars }) => bars)) {
    expect(fromMs).toBeGreaterThanOrEqual(0);
    expect(toMs).toBeGreaterThanOrEqual(fromMs);
    expect(toMs).toBeLessThanOrEqual(totalMs);
  }
}
