import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { perfdumpNotifier } from "./perfdump-notifier.ts";

const result = { resultId: "S.a#1", suite: "S", case: "a" };
const STORY: readonly EventBody[] = [
  {
    type: "run-started",
    run: "r1",
    name: "n",
    version: "0",
    runbook: "r.yml",
    platform: "qemu",
    host: {},
    plan: [],
    excluded: [],
  },
  {
    type: "environment-ready",
    environment: "e1",
    elapsedMs: 1,
    facts: { kernel_version: "6.1", image: "x" },
    nodes: [],
  },
  { type: "case-started", ...result, environment: "e1", folder: "cases/a" },
  { type: "case-metric", ...result, name: "iops", value: 1, unit: "1/s" },
  { type: "case-started", ...result, environment: "e1", folder: "cases/a-attempt-2" },
  {
    type: "case-metric",
    ...result,
    name: "iops",
    value: 12.5,
    unit: "1/s",
    relativity: "HigherIsBetter",
    tool: "fio",
    protocol: "UDP",
  },
];

test("measurements are written with the fields of unified messages, those of the last attempt", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-perfdump-"));
  const notifier = perfdumpNotifier({ runFolder, fileName: "perf.json" });
  for (const [seq, body] of STORY.entries()) notifier.onEvent({ ...body, seq, at: `2026-01-01T00:00:0${seq}.000Z` });
  const file = join(runFolder, "perf.json");
  expect(await notifier.close()).toEqual([file]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([
    expect.objectContaining({
      type: "UnifiedPerformance",
      time: "2026-01-01T00:00:05.000Z",
      elapsed: 5,
      test_case_name: "a",
      platform: "qemu",
      kernel_version: "6.1",
      vmsize: "",
      test_result_id: "S.a#1",
      metric_name: "iops",
      metric_value: 12.5,
      metric_unit: "1/s",
      metric_relativity: "HigherIsBetter",
      tool: "fio",
      protocol_type: "UDP",
      ip_version: "IPv4",
    }),
  ]);
});

test("a run without measurements has an empty list", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-perfdump-"));
  await perfdumpNotifier({ runFolder, fileName: "p.json" }).close();
  expect(readFileSync(join(runFolder, "p.json"), "utf8")).toBe("[]\n");
});
