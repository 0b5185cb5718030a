import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type EvaluationKeys, loadEvaluation } from "./load-evaluation.ts";

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-criteria-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function load(keys: EvaluationKeys, files: Readonly<Record<string, string>> = {}) {
  const said: string[] = [];
  const evaluation = await loadEvaluation(keys, join(folderWith(files), "runbook.yml"), (text) => said.push(text));
  const judged = (name: string, value: number): boolean[] =>
    evaluation
      .evaluate({ case: "c", vmSize: "unknown", metrics: [{ name, value, unit: "" }] })
      .map(({ isMet }) => isMet);
  return { said, judged, evaluation };
}

const FILES = {
  "b_criteria.yml": "c: { iops: { min_value: 5 }, latency: { max_value: 2 } }",
  "a_criteria.yml": "groups: [{ metrics: [{ name: iops, min_value: 7 }] }]",
  "c_criteria.json": '{ "c": { "frames": { "min_value": 1 } } }',
  "other.yml": "c: { iops: { min_value: 1000 } }",
};

test.each<[EvaluationKeys, name: string, value: number, isMet: boolean]>([
  [{}, "iops", 6, false],
  [{}, "iops", 7, true],
  [{}, "latency", 3, false],
  [{}, "frames", 0, true],
  [{ criteria_file: "*_criteria.json" }, "frames", 0, false],
  [{ criteria_file: "other.yml" }, "iops", 999, false],
  [{ criteria_file: "other.yml", criteria: { c: { iops: { min_value: 2 } } } }, "iops", 3, true],
  [{ criteria_file: "other.yml", criteria: {} }, "iops", 3, false],
])("%j: %s %d is good: %s", async (keys, name, value, isMet) => {
  const { judged, said } = await load(keys, FILES);
  expect(judged(name, value)).toEqual([isMet]);
  expect(said).toEqual([]);
});

test("without criteria that is said, and refused where they fail cases", async () => {
  const { said, judged } = await load({ criteria_file: "none.yml" });
  expect(said).toEqual([expect.stringMatching(/^There are no criteria at '.*none.yml'/)]);
  expect(judged("iops", -1)).toEqual([true]);
  await expect(load({ fail_test_on_performance_failure: true })).rejects.toThrow(
    "There are no criteria at '*_criteria.yml' for the notifier 'perfevaluation'.",
  );
});

test.each([
  ["c: { iops: { min_value: much } }", /'c.iops.min_value' must be a number/],
  ["a: [", /cannot be read/],
])("%j is told with its file", async (text, message) => {
  const loading = load({ criteria_file: "x.yml" }, { "x.yml": text });
  await expect(loading).rejects.toThrow(message);
  await expect(loading).rejects.toThrow(/x\.yml'/);
});

test("times of the runbook hold where the criteria say nothing", async () => {
  const { judged } = await load({ statistics_times: 2, criteria: { c: { iops: { max_value: 3 } } } });
  expect([judged("iops", 1), judged("iops", 9)]).toEqual([[], [false]]);
});
