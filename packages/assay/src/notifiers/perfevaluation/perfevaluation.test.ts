import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody, MetricEvaluation } from "../../events/types.ts";
import { perfevaluationNotifier } from "./perfevaluation-notifier.ts";

const identity = { resultId: "S.a", suite: "S", case: "a" };
const evaluation = (value: number, isMet: boolean, hasCriteria = true): MetricEvaluation => ({
  name: "iops",
  value,
  unit: "1/s",
  relativity: "HigherIsBetter",
  tool: "fio",
  vmSize: "Standard_D2",
  hasCriteria,
  isMet,
  message: "told.",
});
const told = (evaluations: readonly MetricEvaluation[]): EventBody => ({
  type: "case-evaluation",
  ...identity,
  evaluations,
});
const startedAgain: EventBody = { type: "case-started", ...identity, environment: "e", folder: "cases/S.a" };

async function documentOf(story: readonly EventBody[], outputFile = "out/perf.json"): Promise<unknown> {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-perfevaluation-"));
  const notifier = perfevaluationNotifier({ runFolder, outputFile });
  for (const body of story) notifier.onEvent({ ...body, seq: 1, at: "2026-01-01T00:00:00.000Z" });
  const path = join(runFolder, outputFile);
  expect(await notifier.close()).toEqual([path]);
  return JSON.parse(readFileSync(path, "utf8"));
}

test("every evaluation is written with a summary", async () => {
  const story = [told([evaluation(9, true), evaluation(8, true), evaluation(1, false), evaluation(3, true, false)])];
  expect(await documentOf(story)).toEqual({
    summary: {
      total_evaluations: 4,
      evaluations_with_criteria: 3,
      evaluations_without_criteria: 1,
      criteria_met: 2,
      criteria_failed: 1,
      success_rate_percent: 66.67,
    },
    evaluations: expect.arrayContaining([
      {
        timestamp: "2026-01-01T00:00:00.000Z",
        test_case_name: "a",
        test_result_id: "S.a",
        metric_name: "iops",
        metric_value: 1,
        metric_unit: "1/s",
        metric_relativity: "HigherIsBetter",
        tool: "fio",
        platform: "",
        vmsize: "Standard_D2",
        role: "",
        criteria_defined: true,
        criteria_met: false,
        evaluation_message: "told.",
      },
    ]),
  });
});

test("of a case that was tried again the last attempt counts", async () => {
  const story = [told([evaluation(1, false)]), startedAgain, told([evaluation(9, true)])];
  expect(await documentOf(story)).toMatchObject({ summary: { total_evaluations: 1, criteria_failed: 0 } });
});

test("a run that measured nothing has an empty document, one that wants none no file", async () => {
  expect(await documentOf([])).toMatchObject({ summary: { success_rate_percent: 0 }, evaluations: [] });
  expect(await perfevaluationNotifier({ runFolder: "/nowhere", outputFile: undefined }).close()).toEqual([]);
});
