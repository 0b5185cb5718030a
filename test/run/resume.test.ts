import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import type { EventOf, RunEvent } from "../../packages/assay/src/events/types.ts";
import { Workspace } from "../cli/run-assay.ts";

const SUITE = `import { appendFileSync, existsSync, rmSync } from "node:fs";
import { type CaseContext, suite } from "assay/suite";
export default suite("Mine", { area: "mine", about: "Cases of my own." }, ({ test }) => {
  for (const name of ["one", "two", "three"]) {
    test(name, { about: "A case.", priority: 1 }, async ({ node, variables, fail }: CaseContext) => {
      appendFileSync("ran", name + "\\n");
      for (const signal of ["SIGKILL", "SIGTERM"]) {
        if (!existsSync(name + signal)) continue;
        rmSync(name + signal);
        process.kill(process.pid, signal);
        await node.run(["sleep", "985.5"]);
      }
      if (variables.failing === name) fail("it is bad");
    });
  }
});
`;

const RUNBOOK = `extension: [mine]
platform: [{ type: local }]
variable:
  - { name: failing, value: none, is_case_visible: true }
  - { name: token, value: "", is_secret: true }
testcase: [{ criteria: { area: mine } }]
`;

const HOW = ["--id", "r", "--diagnostics", "0"];
const space = (files: Readonly<Record<string, string>> = {}): Workspace =>
  new Workspace({ "r.yml": RUNBOOK, "mine/mine.ts": SUITE, ...files });
const journalOf = ({ path }: Workspace): string => join(path, "runs", "r", "journal.ndjson");
const eventsOf = (at: Workspace): readonly RunEvent[] => readJournal(journalOf(at));
const ran = ({ path }: Workspace): string => readFileSync(join(path, "ran"), "utf8").trim().replaceAll("\n", " ");
const finals = (at: Workspace): readonly string[] =>
  eventsOf(at).flatMap((event) => (event.type === "case-finished" ? [`${event.status} ${event.case}`] : []));
const resumed = (at: Workspace): EventOf<"run-resumed"> | undefined =>
  eventsOf(at).findLast((event) => event.type === "run-resumed");

/** A run that is killed in its second case, once. */
async function killed(at: Workspace, ...args: readonly string[]): Promise<void> {
  writeFileSync(join(at.path, "twoSIGKILL"), "");
  expect(await at.assay(["run", "-r", "r.yml", ...HOW, ...args])).toMatchObject({ exitCode: null });
}

test("finished results stand, the case in flight runs again in a folder of its own, and reports tell everything", async () => {
  const at = space();
  await killed(at);
  expect(finals(at)).toEqual(["PASSED one"]);
  const { exitCode, stdout, stderr } = await at.assay(["resume", "r", "--json"]);
  expect(stderr).toContain("the run goes on: 1 case in flight runs again");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: "passed", counts: { passed: 3 }, run: "r" });
  expect(finals(at)).toEqual(["PASSED one", "PASSED two", "PASSED three"]);
  expect(ran(at)).toBe("one two two three");
  expect(resumed(at)).toMatchObject({ again: ["Mine.two"], changes: [] });
  // The case that was killed at once had nothing to write.
  expect(readdirSync(join(at.path, "runs", "r", "cases")).sort()).toEqual([
    "Mine.one",
    "Mine.three",
    "Mine.two-attempt-2",
  ]);
  expect(readFileSync(join(at.path, "runs", "r", "junit.xml"), "utf8")).toMatch(/name="one"[\s\S]*name="three"/);
  expect(JSON.parse(readFileSync(join(at.path, "runs", "r", "run.json"), "utf8"))).toMatchObject({
    verdict: "passed",
    startedAt: eventsOf(at)[0]?.at,
  });

  const once = await at.assay(["resume", "r"]);
  expect(once).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("is over: 3 cases passed.") });
  expect(eventsOf(at).at(-1)?.type).toBe("run-finished");
});

test.each([
  ["half a line", '{"type":"case-fin'],
  ["zeros", "\0".repeat(100)],
  ["a character that is cut in two", '{"type":"notice","text":"\xc3'],
])("%s at the end of the journal is no hindrance", async (_, torn) => {
  const at = space();
  await killed(at);
  appendFileSync(journalOf(at), torn, "latin1");
  expect((await at.assay(["resume"])).exitCode).toBe(0);
  expect(finals(at)).toEqual(["PASSED one", "PASSED two", "PASSED three"]);
});

test("a line that only lacks its end stands", async () => {
  const at = space();
  await killed(at);
  const text = readFileSync(journalOf(at), "utf8");
  const upTo = text.indexOf("\n", text.indexOf('"type":"case-finished"'));
  writeFileSync(journalOf(at), text.slice(0, upTo));
  expect((await at.assay(["resume"])).exitCode).toBe(0);
  expect(finals(at)).toEqual(["PASSED one", "PASSED two", "PASSED three"]);
});

test("secrets are asked for again by name, and are on no disk", async () => {
  const at = space();
  await killed(at, "-v", "s:token:hunter2hunter2", "-v", "s:key:two", "-v", "failing:three");
  const without = await at.assay(["resume", "r"]);
  expect(without.exitCode).toBe(2);
  expect(without.stderr).toMatch(/these are missing: 'key', 'token'\.\n {2}Give them again: .*-v s:token:VALUE/);
  const { exitCode } = await at.assay(["resume", "r", "-v", "s:token:hunter2hunter2", "-v", "s:key:two"]);
  // The variable that is no secret is that of the first time.
  expect(exitCode).toBe(1);
  // A secret that is a part of names hides it there, and results are known again nevertheless.
  expect(finals(at)).toEqual(["PASSED one", "PASSED ******", "FAILED three"]);
  expect(readFileSync(journalOf(at), "utf8")).not.toContain("hunter2");
});

test("a changed runbook is refused with what changed, and accepted on demand", async () => {
  const at = space();
  await killed(at);
  const fewer = RUNBOOK.replace("area: mine", "name: one|three");
  writeFileSync(join(at.path, "r.yml"), fewer);
  const refused = await at.assay(["resume", "r"]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("The runbook file 'r.yml' was changed.");
  expect(eventsOf(at).some(({ type }) => type === "run-resumed")).toBe(false);

  const { exitCode, stdout } = await at.assay(["resume", "r", "--accept-changes", "--json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ counts: { passed: 2, skipped: 1 } });
  expect(finals(at)).toEqual(["PASSED one", "PASSED three", "SKIPPED two"]);
  expect(resumed(at)?.changes).toEqual([
    "The runbook file 'r.yml' was changed.",
    "'Mine.two' is not asked for any more.",
  ]);
});

test.each([
  ["another variable", { "mine/mine.ts": SUITE }, ["-v", "failing:three"], "The variable 'failing' has another value."],
  [
    "more cases",
    { "mine/mine.ts": SUITE.replace('"three"]', '"three", "four"]') },
    [],
    "'Mine.four' was not asked for before.",
  ],
])("%s is a change", async (_, files, args, told) => {
  const at = space();
  await killed(at);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(at.path, name), text);
  const refused = await at.assay(["resume", ...args]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(told);
  await at.assay(["resume", "--accept-changes", ...args]);
  expect(resumed(at)?.changes).toEqual([told]);
  expect(finals(at).slice(0, 2)).toEqual(["PASSED one", "PASSED two"]);
});

test("a run that was interrupted goes on with the case that was cut off", async () => {
  const at = space();
  writeFileSync(join(at.path, "twoSIGTERM"), "");
  const stopped = await at.assay(["run", "-r", "r.yml", ...HOW]);
  expect(stopped.exitCode).toBe(143);
  const { exitCode, stdout } = await at.assay(["resume", "--json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: "passed", counts: { passed: 3, failed: 0 } });
  expect(ran(at)).toBe("one two two three");
});

test("what failed before counts for the end at the first failure", async () => {
  const at = space({ "r.yml": `${RUNBOOK}exit_on_first_failure: true\n` });
  await at.assay(["run", "-r", "r.yml", ...HOW, "-v", "failing:one"]);
  const text = readFileSync(journalOf(at), "utf8");
  writeFileSync(journalOf(at), text.slice(0, text.indexOf("\n", text.indexOf('"type":"case-finished"')) + 1));
  expect(await at.assay(["resume"])).toMatchObject({ exitCode: 1 });
  expect(finals(at)).toEqual(["FAILED one", "SKIPPED two", "SKIPPED three"]);
  expect(ran(at)).toBe("one");
});

test.each([
  ["a run that is not there", ["resume", "nothing"], "There is no run 'nothing'"],
  ["a run that did nothing", ["resume", "empty"], "was cut off before anything was done"],
])("%s is told", async (_, args, told) => {
  const at = space({ "runs/empty/journal.ndjson": '{"type":"run-sta' });
  const { exitCode, stderr } = await at.assay(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(told);
});

test("transformers that finished are not run again, and a secret one is with what comes after it", async () => {
  const runbook = `${RUNBOOK}transformer:
  - { type: to_list, name: names, items: { all: "a, b" } }
  - { type: script, name: pick, scripts: [{ name: PLACE, variables: [names_all], script: "names_all[0]" }] }
  - { type: to_list, name: more, items: { all: "c, d" } }
`;
  for (const [output, runAgain] of [
    ["place", ""],
    ["password", "pick more"],
  ] as const) {
    const at = space({ "r.yml": runbook.replace("PLACE", output) });
    await killed(at);
    const before = eventsOf(at).length;
    expect(await at.assay(["resume"])).toMatchObject({ exitCode: 0 });
    const later = eventsOf(at).slice(before);
    const started = later.flatMap((event) => (event.type === "transformer-started" ? [event.transformer] : []));
    expect(started.join(" ")).toBe(runAgain);
    expect(finals(at)).toEqual(["PASSED one", "PASSED two", "PASSED three"]);
  }
});

test("a combination that was over is not begun again", async () => {
  const combined = `${RUNBOOK}combinator: { type: grid, items: [{ name: failing, value: [x, one, y] }] }\n`;
  const at = space({ "r.yml": combined });
  await killed(at);
  // Only now the second combination is cut off as well.
  writeFileSync(join(at.path, "threeSIGKILL"), "");
  expect(await at.assay(["resume"])).toMatchObject({ exitCode: null });
  expect(await at.assay(["resume"])).toMatchObject({ exitCode: 1 });
  const over = eventsOf(at).flatMap((event) => (event.type === "combination-finished" ? [event.verdict] : []));
  expect(over).toEqual(["passed", "failed", "passed"]);
  expect(eventsOf(at).filter(({ type }) => type === "plan-added")).toHaveLength(3);
  expect(new Set(finals(at).length === 9 ? finals(at) : [])).toEqual(
    new Set(["PASSED one", "PASSED two", "PASSED three", "FAILED one"]),
  );
});
