import { expect, test } from "vitest";
import { tellRun } from "../testing/told-run.ts";
import { withEnding } from "./ending.ts";

const NOW = Date.parse("2026-11-21T05:01:00.000Z");
const unfinished = tellRun({
  results: {
    "S.done": { status: "PASSED" },
    "S.flying#1": { status: "RUNNING", environment: "qemu-1" },
    "S.flying#2": { status: "RUNNING", environment: "qemu-2" },
    "S.waiting": { status: "QUEUED" },
  },
});

test("a run that was cut off tells where, and what was in flight", () => {
  const told = withEnding(unfinished, "gone", NOW);
  expect(told.reason).toBe(
    "The run was cut off: its journal ends at 2026-11-21 05:00:00 UTC without a verdict, and no process on this machine writes to it. 1 of 4 results is final. In flight: 'S.flying#1' on qemu-1, 'S.flying#2' on qemu-2.",
  );
  expect(told.results.map(({ message, durationMs }) => [message, durationMs])).toEqual([
    ["", 0],
    ["It was in flight when the run was cut off.", 0],
    ["It was in flight when the run was cut off.", 0],
    ["It had not begun when the run was cut off.", 0],
  ]);
});

test("in a run that goes on, what has begun lasts until now", () => {
  const told = withEnding(unfinished, "there", NOW);
  expect(told.reason).toBe(
    "The run is going on. 1 of 4 results is final. Running: 'S.flying#1' on qemu-1, 'S.flying#2' on qemu-2.",
  );
  expect(told.elapsedMs).toBe(60_000);
  expect(told.results.map(({ message, durationMs }) => [message, durationMs])).toEqual([
    ["", 0],
    ["It is running.", 60_000],
    ["It is running.", 60_000],
    ["It has not begun yet.", 0],
  ]);
});

test("where it cannot be told whether the run goes on, nothing is claimed", () => {
  expect(withEnding(unfinished, "unknown", NOW).reason).toMatch(
    /^The run is going on or was cut off: its journal ends/,
  );
});

test("many cases in flight are counted, and an open plan is no total", () => {
  const results = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`S.c${n}`, { status: "RUNNING" as const }]));
  const { reason } = withEnding(tellRun({ isPlanOpen: true, results }), "gone", NOW);
  expect(reason).toContain("0 of the 8 results planned so far are final.");
  expect(reason).toMatch(/'S.c4' on local-1 and 3 more\.$/);
});

test("where no case was in flight, the steps that were are told", () => {
  const waiting = tellRun({ results: { "S.waiting": { status: "QUEUED" } } });
  expect(withEnding(waiting, "gone", NOW).reason).toMatch(/ 0 of 1 results are final\. No case was in flight\.$/);
  const step = { environment: "qemu-1", detail: undefined, startedAt: "", elapsedMs: undefined };
  const progress = [
    { ...step, step: "boot", elapsedMs: 5 },
    { ...step, step: "connect" },
  ];
  expect(withEnding({ ...waiting, progress }, "gone", NOW).reason).toMatch(
    / No case was in flight; under way: 'connect' on qemu-1\.$/,
  );
});

test("a run with a verdict stays as it is", () => {
  const interrupted = tellRun({ verdict: "interrupted", results: { "S.flying": { status: "RUNNING" } } });
  expect(withEnding(interrupted, "gone", NOW)).toBe(interrupted);
});
