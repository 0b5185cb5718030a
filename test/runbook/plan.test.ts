import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { planText } from "../../packages/assay/src/cli/plan-text.ts";
import { type ExpandedRunbook, expandRunbook } from "../../packages/assay/src/plan/expand.ts";
import { unfitReason } from "../../packages/assay/src/plan/predefined.ts";
import { openRunbook } from "../../packages/assay/src/runbook/load.ts";
import { type CaseDefinition, suite } from "../../packages/assay/src/suite/suite.ts";

const define: Readonly<Record<string, Partial<CaseDefinition>>> = {
  small: {},
  large: { priority: 0, requires: { cores: 8 } },
  pair: { requires: { nodes: 2 } },
  fresh: { useNewEnvironment: true },
  boots: { requires: { coldBoot: true } },
};
const suites = [
  suite("Sizes", { area: "core", about: "Cases of every size." }, ({ test: add }) => {
    for (const [name, more] of Object.entries(define)) {
      add(name, { about: "A case.", priority: 2, ...more }, async () => {});
    }
  }),
  suite("Other", { area: "other", about: "Another area." }, ({ test: add }) => {
    add("alone", { about: "A case.", priority: 3 }, async () => {});
  }),
];

async function expand(text: string, mostCombinations = 1000): Promise<ExpandedRunbook> {
  const loader = await openRunbook("/r/main.yml", {
    async readText(path) {
      if (path === "/r/main.yml") return text;
      throw new Error("no other file");
    },
  });
  return await expandRunbook({
    load: (assigned) => loader.load(assigned),
    suites: () => suites,
    refusals: { sectionKeys: [], of: unfitReason },
    mostCombinations,
  });
}

const QEMU = "platform: [{ type: qemu, qemu: { image: $(image) }, requirement: { core_count: $(cores) } }]\n";
const VARIABLES =
  "variable: [{ name: image, value: a }, { name: cores, value: { min: 1 } }, { name: area, value: core }]\n";
const AREA = "testcase: [{ criteria: { area: $(area) } }]\n";
const BASE = QEMU + VARIABLES + AREA;

/** Each plan as `cost: result@environment ...`. */
const plansOf = ({ plans }: ExpandedRunbook): readonly string[] =>
  plans.map(
    ({ cost, entries, environmentOf }) =>
      `${cost}: ${entries.map((entry) => `${entry.case.name}@${environmentOf(entry).name}`).join(" ")}`,
  );
const codesOf = ({ problems }: ExpandedRunbook): readonly string[] =>
  problems.map(({ diagnostic: { severity, code }, combinations }) => `${severity} ${code} ${combinations}`);

test("without a combinator there is one plan, in order and with its cost", async () => {
  const expanded = await expand(BASE);
  expect(expanded.combinations.map(({ values }) => values)).toEqual([[]]);
  expect(plansOf(expanded)).toEqual([
    "13: large@8 cores, 512 MiB fresh@1 core, 512 MiB small@1 core, 512 MiB boots@1 core, 512 MiB, freshly booted pair@2 × (1 core, 512 MiB)",
  ]);
  expect(expanded.combinator).toBeUndefined();
});

test("combinations that run the same share one plan", async () => {
  const expanded = await expand(
    `${BASE}combinator:\n  type: grid\n  items:\n    - { name: image, value: [a, b, c] }\n    - { name: area, value: [core, other] }`,
  );
  expect(expanded.combinations).toHaveLength(6);
  expect(expanded.plans.map((plan) => expanded.combinations.filter((each) => each.plan === plan).length)).toEqual([
    3, 3,
  ]);
  expect(expanded.plans[1]?.entries.map(({ resultId }) => resultId)).toEqual(["Other.alone"]);
});

test("what the platform requires changes environments and skips", async () => {
  const expanded = await expand(`${BASE}combinator: { type: grid, items: [{ name: cores, value: [2, { max: 8 }] }] }`);
  const [two, upToEight] = expanded.plans;
  expect(two?.excluded.map(({ resultId }) => resultId)).toEqual(["Sizes.large"]);
  expect(two?.excluded[0]?.reason).toMatch(/processors/);
  expect(two?.environments.map(({ environment, count }) => `${count} ${environment.name}`)).toEqual([
    "2 2 cores, 512 MiB",
    "1 2 cores, 512 MiB, freshly booted",
    "1 2 × (2 cores, 512 MiB)",
  ]);
  expect(upToEight?.excluded).toEqual([]);
});

test("listed environments are used as they are and cost nothing", async () => {
  const expanded = await expand(
    `${AREA}${VARIABLES}environment:\n  environments:\n    - name: lab\n      nodes:\n        - { type: remote, address: one, password: secret, capability: { core_count: 4 } }`,
  );
  const [plan] = expanded.plans;
  expect(plan?.cost).toBe(0);
  expect(plan?.environments).toEqual([
    { environment: { name: "environment 'lab'", use: "listed", cost: 0 }, count: 1 },
  ]);
  expect(plan?.excluded.map(({ resultId }) => resultId)).toEqual(["Sizes.large", "Sizes.pair"]);
  expect(expanded.secrets).toContain("secret");
});

test("cases share an environment where a fresh one is dear, unless they want their own", async () => {
  const expanded = await expand(
    `${BASE.replace("type: qemu, qemu: { image: $(image) }", "type: hyperv")}name: $(image)`,
  );
  expect(
    expanded.plans[0]?.environments.map(({ environment, count }) => `${count} ${environment.use} ${environment.name}`),
  ).toContain("2 shared 1 core, 512 MiB");
});

test("problems tell in how many combinations they are", async () => {
  const expanded = await expand(
    `${BASE}concurrency: $(n)\ncombinator: { type: batch, items: [{ n: 1 }, { n: many }, { n: 0 }, { n: many }] }`,
  );
  expect(codesOf(expanded)).toEqual(["error S02 2", "error S04 1"]);
  expect(expanded.problems[0]?.first).toMatchObject([{ name: "n", value: "many" }]);
  expect(expanded.combinations).toHaveLength(1);
});

test("errors that do not depend on values leave nothing to plan", async () => {
  const expanded = await expand(`${BASE}nope: 1\ncombinator: { type: batch, items: [{ image: b }] }`);
  expect([expanded.runbook, expanded.combinations]).toEqual([undefined, []]);
  expect(codesOf(expanded)).toEqual(["error S01 0"]);
});

test("combinations that only the run can know are told", async () => {
  const pending = await expand(
    `${BASE}transformer: [{ type: to_list, name: t, items: { l: 'a,b' } }]\ncombinator: { type: grid, items: [{ name: image, value: $(t_l) }] }`,
  );
  expect(pending.combinator).toMatchObject({ size: undefined, unknown: expect.stringMatching(/transformers/) });
  expect(pending.transformers?.init.map(({ name }) => name)).toEqual(["t"]);
  expect(pending.combinations).toHaveLength(1);
  const bisect = await expand(
    `${BASE}combinator: { type: git_bisect, repo: r, good_commit: a, bad_commit: b, connection: { address: a, password: bcd } }\nname: $(ref)`,
  );
  expect(bisect.combinator?.unknown).toMatch(/verdict/);
});

test("of too many combinations the rest is counted", async () => {
  const text = `${BASE}combinator: { type: grid, items: [{ name: image, value: [a, b, c] }, { name: area, value: [core, other] }] }`;
  const expanded = await expand(text, 4);
  expect([expanded.combinations.length, expanded.notExpanded]).toEqual([4, 2]);
  expect(expanded.combinations.at(-1)?.values.map(({ value }) => value)).toEqual(["a", "other"]);
});

test("a grid without items runs nothing", async () => {
  const expanded = await expand(`${BASE}combinator: { type: grid, items: [] }`);
  expect([expanded.combinations, expanded.combinator?.size]).toEqual([[], 0]);
});

test("one plan is shown with its environments and results", async () => {
  const expanded = await expand(
    `${BASE}transformer: [{ type: to_list, name: split, items: { l: 'a' }, phase: cleanup, enabled: false }]`,
  );
  expect(planText(expanded, 2)).toBe(`'/r/main.yml' on 'qemu': 5 results, cost 13

  PHASE    TRANSFORMER  TYPE     WHEN
  cleanup  split        to_list  switched off

  COUNT  ENVIRONMENT                      COST
  1      8 cores, 512 MiB                 8
  2      1 core, 512 MiB                  2
  1      1 core, 512 MiB, freshly booted  1
  1      2 × (1 core, 512 MiB)            2

  ORDER  RESULT       PRIORITY  LIMIT  ENVIRONMENT
  1      Sizes.large  0         1 h    8 cores, 512 MiB
  2      Sizes.fresh  2         1 h    1 core, 512 MiB
  and 3 more results; '--limit 0' shows all`);
});

test("many plans are one line each, their results are shown once", async () => {
  const expanded = await expand(
    `${BASE}combinator: { type: grid, items: [{ name: image, value: [a, b] }, { name: cores, value: [{ min: 1 }, 2, { min: 3 }] }] }`,
  );
  expect(planText(expanded, 3)).toBe(`'/r/main.yml' on 'qemu': 28 results, 2 skipped, cost 92

Combinator 'grid': 6 combinations, 3 different plans

  PLAN  COMBINATIONS  PLATFORM  RESULTS  SKIPPED  COST  ENVIRONMENTS
  1     2             qemu      5        0        13    2 × 1 core, 512 MiB; 1 × 8 cores, 512 MiB; 2 more
  2     2             qemu      4        1        10    2 × 2 cores, 512 MiB; 1 × 2 cores, 512 MiB, freshly booted; 1 more
  3     2             qemu      5        0        23    2 × 3 cores, 512 MiB; 1 × 8 cores, 512 MiB; 2 more

Results in plans 1, 3
  ORDER  RESULT       PRIORITY  LIMIT
  1      Sizes.large  0         1 h
  2      Sizes.fresh  2         1 h
  3      Sizes.small  2         1 h
  and 2 more results; '--limit 0' shows all

Results in plan 2
  ORDER  RESULT       PRIORITY  LIMIT  ENVIRONMENT
  1      Sizes.fresh  2         1 h    2 cores, 512 MiB
  2      Sizes.small  2         1 h    2 cores, 512 MiB
  3      Sizes.boots  2         1 h    2 cores, 512 MiB, freshly booted
  and 1 more result; '--limit 0' shows all

Skipped in plan 2
  SKIPPED      REASON
  Sizes.large  The case needs 8 or more processors; 'platform.requirement' asks for 2 processors.

  COMBINATION  PLAN  VALUES
  1            1     image=a cores={"min":1}
  2            1     image=b cores={"min":1}
  3            2     image=a cores=2
  and 3 more combinations; '--limit 0' shows all`);
});

const folder = mkdtempSync(join(tmpdir(), "assay-plan-"));
afterAll(() => rmSync(folder, { recursive: true }));
const main = join(import.meta.dirname, "../../packages/assay/src/cli/main.ts");

async function assay(...args: readonly string[]) {
  return await new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: folder, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

test("assay plan shows groups, and --json is one document", async () => {
  writeFileSync(
    join(folder, "grid.yml"),
    `name: nightly-$(image)\ntest_pass: $(kept)\n${BASE}\ncombinator:\n  type: grid\n  items:\n    - { name: image, value: [a, b, c, d] }\n    - { name: area, value: [core, storage] }\n`,
  );
  const { code, stdout } = await assay("plan", "-r", "grid.yml", "-v", "kept:none", "--limit", "3");
  expect(code).toBe(0);
  expect(stdout).toMatch(/Combinator 'grid': 8 combinations, 2 different plans/);
  expect(stdout).toMatch(/and 5 more combinations; '--limit 0' shows all/);
  const json = await assay("plan", "-r", "grid.yml", "--json", "-v", "s:kept:hidden");
  const document = JSON.parse(json.stdout);
  expect(document).toMatchObject({ ok: true, totals: { combinations: 8 }, combinator: { type: "grid", size: 8 } });
  expect(document.combinations[1]).toMatchObject({ values: { image: "b", area: "core" }, name: "nightly-b", plan: 1 });
  expect(document.plans).toHaveLength(2);
  expect(json.stdout).not.toContain("hidden");
});

test("assay plan ends with 2 when the runbook has errors, and says what a run would refuse", async () => {
  writeFileSync(join(folder, "bad.yml"), "nmae: x");
  const bad = await assay("plan", "-r", "bad.yml", "--json");
  expect([bad.code, JSON.parse(bad.stdout)]).toMatchObject([2, { ok: false, combinations: [], plans: [] }]);
  writeFileSync(join(folder, "azure.yml"), "platform: [{ type: azure }]\ntestcase: [{ criteria: { area: core } }]\n");
  const azure = await assay("plan", "-r", "azure.yml");
  expect([azure.code, azure.stdout]).toEqual([0, expect.stringMatching(/A run is refused:\n {2}The platform 'azure'/)]);
});
