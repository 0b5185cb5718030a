import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Workspace } from "../cli/run-assay.ts";
import { openAiPeer } from "./openai-peer.ts";

const SUITE = `import { type CaseContext, suite } from "assay/suite";
export default suite("Mine", { area: "mine", about: "Cases of my own." }, ({ test }) => {
  test("measures", { about: "It is fast.", priority: 1 }, async ({ metric }: CaseContext) => {
    metric("iops", 42, "1/s", { relativity: "HigherIsBetter", tool: "fio" });
  });
});
`;

const runbook = (notifiers: string): string => `extension: [mine]
platform: [{ type: local }]
variable: [{ name: key, value: swordfish, is_secret: true }]
testcase: [{ criteria: { area: mine } }]
notifier:
${notifiers}
`;

const spaceWith = (notifiers: string, more: Readonly<Record<string, string>> = {}): Workspace =>
  new Workspace({ "r.yml": runbook(notifiers), "mine/mine.ts": SUITE, ...more });

test("what a runbook asks to be judged, counted and analysed is in the run folder and in its exit code", async () => {
  await using peer = await openAiPeer();
  const space = spaceWith(
    `  - { type: perfevaluation, criteria_file: mine.yml, output_file: perf.json, fail_test_on_performance_failure: true }
  - { type: azure_usage_counter, file_name: usage.json }
  - { type: log_agent, azure_openai_endpoint: "${peer.endpoint}", azure_openai_api_key: $(key) }
  - { type: perfdump }
  - { type: env_stats }
  - { type: text_result }
  - { type: file }`,
    { "mine.yml": "groups: [{ metrics: [{ name: iops, target_value: 100 }] }]" },
  );
  const { exitCode, stdout, stderr } = await space.assay(["run", "-r", "r.yml", "--json", "--id", "one"]);
  const message =
    "1 of 1 metrics miss their criteria. iops (1/s): 42 is below the target 100 with 10 % tolerance, at least 90.";
  const remarks = { missedCriteria: message, analysis: { AI: "answer of gpt-4o" } };
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ exitCode: 1, results: [{ status: "FAILED", message, ...remarks }] });
  const read = (name: string): string => readFileSync(join(space.path, "runs/one", name), "utf8");
  expect(JSON.parse(read("perf.json"))).toMatchObject({
    summary: { evaluations_with_criteria: 1, criteria_failed: 1 },
    evaluations: [{ metric_name: "iops", tool: "fio", platform: "local", criteria_met: false }],
  });
  expect(JSON.parse(read("environments/usage.json"))).toEqual({ local: expect.any(Number) });
  expect(JSON.parse(read("perf_results.json"))).toMatchObject([{ metric_relativity: "HigherIsBetter" }]);
  expect(peer.requests.map(({ key, deployment }) => [key, deployment])).toEqual([
    ["swordfish", "gpt-4.1"],
    ["swordfish", "gpt-4o"],
  ]);
  expect(read("ai_log_agent.log")).toContain("answer of gpt-4o");
  expect(stderr + stdout + read("journal.ndjson") + read("ai_log_agent.log")).not.toContain("swordfish");
  const again = await space.assay(["report", "one", "--format", "json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ results: [remarks] });
});

test("criteria that are wrong end the run before it begins", async () => {
  const space = spaceWith("  - { type: perfevaluation, criteria: { measures: { iops: { min_value: fast } } } }");
  const { exitCode, stderr } = await space.assay(["run", "-r", "r.yml"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("'measures.iops.min_value' must be a number.");
  expect(space.runs).toEqual([]);
});

test("criteria that are not there are told, and the run goes on", async () => {
  const { exitCode, stderr } = await spaceWith("  - { type: perfevaluation }").assay(["run", "-r", "r.yml"]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain("There are no criteria at '*_criteria.yml'");
});
