import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { envStatsNotifier } from "./env-stats-notifier.ts";

const result = { resultId: "S.a", suite: "S", case: "a" };
const finished: EventBody = {
  type: "case-finished",
  ...result,
  status: "PASSED",
  message: "",
  durationMs: 1500,
  rebootMs: 0,
  environment: "qemu-1",
};

test("environments are told with their times and what ran on them, at most once a second", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-env-stats-"));
  let nowMs = 1000;
  const notifier = envStatsNotifier({ runFolder, now: () => nowMs });
  const file = join(runFolder, "environments/environment_stats.log");
  let seq = 0;
  const emit = (body: EventBody): void => {
    const at = new Date(Date.UTC(2026, 0, 1, 0, 0, ++seq)).toISOString();
    notifier.onEvent({ ...body, seq, at });
  };
  emit({ type: "environment-ready", environment: "qemu-1", elapsedMs: 0, facts: {}, nodes: ["node-0"] });
  emit({ type: "case-started", ...result, environment: "qemu-1", folder: "cases/S.a" });
  expect(readFileSync(file, "utf8")).not.toContain("S.a");
  nowMs += 1000;
  emit(finished);
  expect(readFileSync(file, "utf8")).toContain("PASSED");
  emit({ type: "environment-deleted", environment: "qemu-1", elapsedMs: 5 });
  emit({ ...finished, resultId: "S.b", case: "b", status: "SKIPPED", durationMs: 0, environment: undefined });
  expect(await notifier.close()).toEqual([file]);
  expect(
    readFileSync(file, "utf8"),
  ).toBe(`qemu-1: deleted, deployed in 0 ms, nodes node-0; prepared 2026-01-01T00:00:01.000Z, deployed 2026-01-01T00:00:01.000Z, deleted 2026-01-01T00:00:04.000Z
  PASSED    S.a from 2026-01-01T00:00:02.000Z, 1.5 s

without an environment
  SKIPPED   S.b, 0 ms
`);
});
