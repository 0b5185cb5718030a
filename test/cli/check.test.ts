import { expect, test } from "vitest";
import { Workspace } from "./run-assay.ts";

const files = {
  "bad.yml": `name: on
platform: [{ type: local }]
variable:
  - { name: unused, value: 1 }
tags: [a, "50%, b: c"]
tags: [b]
testcase: [{ criteria: { name: smoke_.*x } }]
nmae: x
`,
  "good.yml": `platform: [{ type: local }]
variable: [{ name: unused, value: 1 }]
name: a
name: b
testcase: [{ criteria: { name: verify_cpu_count } }]
`,
};

test("GitHub sees each problem beside its line", async () => {
  const { stdout, exitCode } = await new Workspace(files).assay(["check", "-r", "bad.yml", "--format", "github"]);
  expect(exitCode).toBe(2);
  expect(stdout).toBe(
    `::error file=bad.yml,line=1,col=7,title=S02::'name' must be a text, found the boolean true. YAML 1.1 reads on as the boolean true; quote it: "on".
::warning file=bad.yml,line=6,col=1,title=F04::The key 'tags' stands twice in this mapping; the first, at line 5, column 1, has no effect. Remove one of the two.
::warning file=bad.yml,line=7,col=32,title=X04::No case is named 'smoke_.*x'. 'assay list' shows what there is.
::error file=bad.yml,line=8,col=1,title=S01::The key 'nmae' is not known in a runbook. Did you mean 'name'?
`,
  );
});

test("code scanning reads a SARIF log", async () => {
  const { stdout } = await new Workspace(files).assay(["check", "-r", "good.yml", "--format", "sarif"]);
  const log = JSON.parse(stdout);
  expect(log).toMatchObject({
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "assay", rules: [{ id: "F04" }, { id: "R01" }] } },
        results: [
          {
            ruleId: "F04",
            level: "warning",
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "good.yml" },
                  region: { startLine: 4, startColumn: 1 },
                },
              },
            ],
          },
          { ruleId: "R01", level: "note" },
        ],
      },
    ],
  });
});

test("notes and warnings leave a runbook good; --strict makes a key that stands twice an error", async () => {
  const space = new Workspace(files);
  const plain = await space.assay(["check", "-r", "good.yml"]);
  expect(plain.exitCode).toBe(0);
  expect(plain.stdout).toMatch(/info R01: The variable 'unused' is never used\./);
  expect(plain.stdout).toMatch(/\n'good\.yml' is good: 1 case selected, 0 errors, 1 warning, 1 note\.\n$/);
  const json = await space.assay(["check", "-r", "good.yml", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, diagnostics: [{ code: "F04" }, { severity: "info" }] });
  const strict = await space.assay(["check", "--strict", "-r", "good.yml", "--json"]);
  expect(strict.exitCode).toBe(2);
  expect(JSON.parse(strict.stdout)).toMatchObject({ ok: false, diagnostics: [{ code: "F04", severity: "error" }, {}] });
});

test("options stand on either side of the command, in their order", async () => {
  const space = new Workspace({
    "r.yml": "platform: [{ type: local }]\nconcurrency: $(n)\ntestcase: [{ criteria: {} }]\n",
  });
  const problems = async (args: readonly string[]): Promise<unknown> =>
    JSON.parse((await space.assay([...args, "--json"])).stdout).diagnostics.map(
      ({ trail, code }: Record<string, unknown>) => [code, trail],
    );
  const zero = [["S04", ["variable 'n' set by -v on the command line"]]];
  expect(await problems(["-r", "r.yml", "-v", "n:1", "check", "-v", "n:0"])).toEqual(zero);
  expect(await problems(["-v", "n:0", "check", "-r", "r.yml"])).toEqual(zero);
  expect(await problems(["-v", "n:0", "check", "-r", "r.yml", "-v", "n:1"])).toEqual([]);
});

test("what is wrong in some combinations only says in which", async () => {
  const space = new Workspace({
    "r.yml": `platform: [{ type: local }]
variable: [{ name: times, value: 1 }]
combinator: { type: grid, items: [{ name: times, value: [1, 0] }, { name: name, value: [a, b] }] }
name: run $(name)
testcase: [{ criteria: { name: verify_cpu_count }, times: $(times) }]
`,
  });
  const { stdout, exitCode } = await space.assay(["check", "-r", "r.yml"]);
  expect(exitCode).toBe(2);
  expect(stdout).toMatch(/r\.yml:5:59: error S04: [\s\S]*in 2 combinations, first: times=0 name=a\n/);
  const json = await space.assay(["check", "-r", "r.yml", "--json"]);
  expect(JSON.parse(json.stdout).diagnostics).toMatchObject([{ code: "S04", line: 5, column: 59 }]);
});
