import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AssayRun, Workspace } from "../cli/run-assay.ts";

const suiteFile = (command: string, isPassing = true): string => `
import { suite } from "assay/suite";
import { wanted } from "./wanted.ts";
export default suite("Own", { area: "own", about: "Of a user." }, ({ test }) => {
  test("first", { about: "A.", priority: 1 }, async ({ node, expect }) => {
    const said = await node.text(${command});
    expect(${isPassing ? "said === wanted" : "said !== wanted"}, \`It said '\${said}'.\`);
  });
  test("second", { about: "B.", priority: 1 }, async ({ node }) => {
    await node.text(["echo", "second"]);
  });
});
`;

const RUNBOOK = `
name: own
extension: [suite.ts]
platform: [{ type: local }]
testcase: [{ criteria: { area: own } }]
`;

/** A folder in which both cases have been recorded. */
async function recorded(): Promise<Workspace> {
  const workspace = new Workspace({
    "own.yml": RUNBOOK,
    "suite.ts": suiteFile('["echo", "yes"]'),
    "wanted.ts": 'export const wanted = "yes";\n',
  });
  const run = await workspace.assay(["run", "-r", "own.yml", "--record"]);
  expect(run).toMatchObject({ exitCode: 0 });
  return workspace;
}

interface Document {
  readonly exitCode: number;
  readonly recordings: readonly { readonly resultId: string; readonly outcome: string }[];
}

/** Outcomes by the id of the result. */
function outcomes({ stdout }: AssayRun): Readonly<Record<string, string>> {
  const { recordings }: Document = JSON.parse(stdout);
  return Object.fromEntries(recordings.map(({ resultId, outcome }) => [resultId, outcome]));
}

test("a run is recorded, and replayed with the code as it is then", async () => {
  const workspace = await recorded();

  const same = await workspace.assay(["replay"]);
  expect(same).toMatchObject({ exitCode: 0, stderr: "" });
  expect(same.stdout).toContain("2 recordings: 2 as recorded.");
  const unchanged = await workspace.assay(["replay", "--since-change", "--json"]);
  expect(unchanged).toMatchObject({ exitCode: 0 });
  expect(outcomes(unchanged)).toEqual({ "Own.first": "unchanged", "Own.second": "unchanged" });

  writeFileSync(join(workspace.path, "suite.ts"), suiteFile('["echo", "no"]'));
  const changed = await workspace.assay(["replay", "--since-change"]);
  expect(changed).toMatchObject({ exitCode: 1 });
  expect(changed.stdout).toMatch(/diverged +Own\.first/);
  expect(changed.stdout).toMatch(/at +.*suite\.ts:6:29/);
  expect(changed.stdout).toMatch(/recorded +run echo yes/);
  expect(changed.stdout).toMatch(/now +run echo no/);
  expect(changed.stdout).toMatch(/as recorded +Own\.second/);

  const told = await workspace.assay(["replay", "latest", "Own.first", "--json"]);
  expect(JSON.parse(told.stdout).recordings[0].divergence).toEqual({
    kind: "changed",
    node: expect.any(String),
    expected: "run echo yes",
    got: "run echo no",
    next: "run echo yes",
    at: expect.stringMatching(/suite\.ts:6:29$/),
  });

  writeFileSync(join(workspace.path, "suite.ts"), suiteFile('["echo", "yes"]', false));
  const other = await workspace.assay(["replay", "latest", "FIRST", "--json"]);
  expect(other).toMatchObject({ exitCode: 1 });
  expect(JSON.parse(other.stdout)).toMatchObject({
    exitCode: 1,
    recordings: [
      {
        resultId: "Own.first",
        outcome: "other-verdict",
        recorded: { status: "PASSED", message: "" },
        verdict: { status: "FAILED", message: "It said 'yes'.", failureClass: "product" },
        divergence: null,
        missing: [],
      },
    ],
  });
});

test("a change in what a suite imports is a change of the suite", async () => {
  const workspace = await recorded();
  writeFileSync(join(workspace.path, "wanted.ts"), 'export const wanted = "something else";\n');
  const replayed = await workspace.assay(["replay", "--since-change", "--json"]);
  expect(replayed.exitCode).toBe(1);
  expect(outcomes(replayed)).toEqual({ "Own.first": "other-verdict", "Own.second": "as-recorded" });
});

test("what cannot be replayed is told by the exit code", async () => {
  const workspace = await recorded();
  const [run = ""] = workspace.runs;
  const recording = join(workspace.path, "runs", run, "cases", "Own.first", "recording.ndjson.gz");

  const noCase = await workspace.assay(["replay", "latest", "third"]);
  expect(noCase).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("no recording of a case 'third'") });
  const noRun = await workspace.assay(["replay", "nothing"]);
  expect(noRun).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("no run 'nothing'") });
  const noRecording = await workspace.assay([
    "replay",
    join(workspace.path, "runs", run, "cases", "Own.first", "case.log"),
  ]);
  expect(noRecording).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("cannot be read") });

  writeFileSync(recording, readFileSync(recording).subarray(0, 100));
  const torn = await workspace.assay(["replay", run]);
  expect(torn).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/as recorded +Own\.second/) });
  expect(torn.stdout).toMatch(/unreadable +.*Own\.first/);

  writeFileSync(join(workspace.path, "suite.ts"), suiteFile('["echo", "yes"]').replaceAll("second", "renamed"));
  const renamed = await workspace.assay(["replay", "latest", "Own.second"]);
  expect(renamed).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("'Own.second' is no longer in") });
});

test("a run without --record has nothing to replay", async () => {
  const workspace = new Workspace({
    "own.yml": RUNBOOK,
    "suite.ts": suiteFile('["echo", "yes"]'),
    "wanted.ts": "export const wanted = 'yes';",
  });
  await workspace.assay(["run", "-r", "own.yml"]);
  const replayed = await workspace.assay(["replay"]);
  expect(replayed).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("assay run --record") });
});
