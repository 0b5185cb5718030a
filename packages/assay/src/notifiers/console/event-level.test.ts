import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { consoleNotifier } from "./console-notifier.ts";

const identity = { resultId: "S.a", suite: "S", case: "a" };
const finished = (status: "PASSED" | "FAILED" | "ATTEMPTED", warning?: string): EventBody => ({
  type: "case-finished",
  ...identity,
  ...{ status, message: "", durationMs: 1, rebootMs: 0, environment: "e", ...(warning && { warning }) },
});
const notice = (level: "info" | "warn" | "error"): EventBody => ({ type: "notice", level, text: level });

const STORY: readonly (readonly [least: number, body: EventBody])[] = [
  [20, { type: "environment-ready", environment: "e", elapsedMs: 1, facts: {}, nodes: [] }],
  [20, finished("PASSED")],
  [20, notice("info")],
  [30, finished("PASSED", "old")],
  [30, finished("ATTEMPTED")],
  [30, notice("warn")],
  [30, { type: "case-pollution", ...identity, node: "n", findings: ["new file /x"], more: 0 }],
  [40, finished("FAILED")],
  [40, notice("error")],
  [40, { type: "environment-failed", environment: "e", message: "no room" }],
  [40, { type: "kernel-panic", ...identity, node: "n", category: "OOPS", lines: [] }],
];

test.each([
  [undefined, 0],
  ["DEBUG", 10],
  ["INFO", 20],
  ["warning", 30],
  ["WARN", 30],
  ["ERROR", 40],
  ["CRITICAL", 50],
  ["no level", 0],
])("at level %s events from %d on leave a line", (logLevel, least) => {
  const lines: string[] = [];
  const stream = { write: (text: string) => void lines.push(...text.split("\n").filter(Boolean)) };
  const notifier = consoleNotifier({ stream, isTty: false, color: false, logLevel });
  for (const [index, [, body]] of STORY.entries())
    notifier.onEvent({ ...body, seq: index + 1, at: "2026-01-01T00:00:00.000Z" });
  expect(lines).toHaveLength(STORY.filter(([level]) => level >= least).length);
});
