import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { Workspace } from "../cli/run-assay.ts";

const SUITE = `import { type CaseContext, suite } from "assay/suite";
export default suite("Mine", { area: "mine", about: "Cases of my own." }, ({ test }) => {
  const add = (name, priority) =>
    test(name, { about: "A case.", priority }, async ({ variables, fail }: CaseContext) => {
      if (variables.failing === name) fail("it is bad");
    });
  add("second", 1);
  add("third", 2);
  add("first", 0);
});
`;

const RUNBOOK = `extension: [mine]
platform: [{ type: local }]
variable: [{ name: failing, value: none, is_case_visible: true }]
testcase: [{ criteria: { area: mine } }]
`;

const space = (): Workspace => new Workspace({ "r.yml": RUNBOOK, "mine/mine.ts": SUITE });

async function planned(at: Workspace, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await at.assay(["plan", "-r", "r.yml", "--json", ...args]);
  const document: { readonly plans: readonly { readonly results: readonly { readonly case: string }[] }[] } =
    JSON.parse(stdout);
  return document.plans.flatMap(({ results }) => results.map((result) => result.case));
}

const started = (at: Workspace, id: string): readonly string[] =>
  readJournal(join(at.path, "runs", id, "journal.ndjson")).flatMap((event) =>
    event.type === "case-started" ? [event.case] : [],
  );

test("fail-fast begins with what failed in the last run of the same runbook; the plan shows the order of the run", async () => {
  const at = space();
  expect(await planned(at, "--schedule", "fail-fast")).toEqual(["first", "second", "third"]);
  expect((await at.assay(["run", "-r", "r.yml", "--id", "bad", "-v", "failing:third"])).exitCode).toBe(1);
  expect(started(at, "bad")).toEqual(["first", "second", "third"]);

  const order = await planned(at, "--schedule", "fail-fast");
  expect(order).toEqual(["third", "first", "second"]);
  expect((await at.assay(["run", "-r", "r.yml", "--id", "good", "--schedule", "fail-fast"])).exitCode).toBe(0);
  expect(started(at, "good")).toEqual(order);

  // The newest run counts, and in it nothing failed.
  expect(await planned(at, "--schedule", "fail-fast")).toEqual(["first", "second", "third"]);
  expect(await planned(at, "--schedule", "priority")).toEqual(["first", "second", "third"]);
});

test.each([
  [["--schedule", "random"], {}, /'random' is invalid.*cost, priority, fail-fast/],
  [["--host-limit", "much"], {}, /--host-limit is 'much', which is no limit/],
  [[], { ASSAY_HOST_LIMIT: "much" }, /ASSAY_HOST_LIMIT is 'much', which is no limit/],
])("%j with %j is refused", async (args, environment, message) => {
  const at = space();
  const { exitCode, stderr } = await at.assay(["run", "-r", "r.yml", ...args], environment);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});

test("of several resumes at once one goes on, the others are told", async () => {
  const at = new Workspace({
    "r.yml": RUNBOOK,
    "mine/mine.ts": SUITE.replace(
      "if (variables.failing",
      'process.env.KILL === name && process.kill(process.pid, "SIGKILL");\n      if (variables.failing',
    ),
  });
  const cut = await at.assay(["run", "-r", "r.yml", "--id", "r"], { KILL: "second" });
  expect(cut.exitCode).toBe(null);
  const all = await Promise.all(Array.from({ length: 4 }, () => at.assay(["resume", "r"])));
  const journal = readJournal(join(at.path, "runs", "r", "journal.ndjson"));
  expect(journal.filter(({ type }) => type === "run-resumed")).toHaveLength(1);
  expect(journal.filter(({ type }) => type === "case-finished")).toHaveLength(3);
  expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1));
  for (const { exitCode, stderr } of all) {
    // Who comes when all is over says so.
    if (exitCode === 2) expect(stderr).toContain("is going on: a process on this machine works on it");
    else expect(exitCode).toBe(0);
  }
  expect(readFileSync(join(at.path, "runs", "r", "run.json"), "utf8")).toContain('"verdict": "passed"');
});
