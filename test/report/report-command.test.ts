import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { Workspace } from "../cli/run-assay.ts";
import { readXml } from "./read-xml.ts";

const SECRET = "hunter2-secret";

const SUITE = `import { suite } from "assay/suite";

export default suite("Story", { area: "story", about: "A story." }, ({ test }) => {
  test("good", { about: "Passes.", priority: 1 }, async ({ node, log, variables }) => {
    log.info(\`token \${variables.token}\`);
    await node.text(["echo", String(variables.token)]);
  });
  test("changing", { about: "As the mood is.", priority: 2 }, async ({ variables, fail, skip }) => {
    if (variables.mood === "bad") fail(\`Token \${variables.token}:\\n=1+1, "quoted" | <b>\\n::error::injected\`);
    if (variables.mood === "tired") skip("Nobody is in the mood.");
  });
  test("napping", { about: "Naps.", priority: 3 }, async ({ signal, variables }) => {
    if (variables.nap === "yes") await new Promise((wake) => signal.addEventListener("abort", wake));
  });
  test("last", { about: "Comes last.", priority: 4 }, async () => {});
});
`;

const RUNBOOK = `name: story
extension: [./ext]
platform: [{ type: local }]
combinator: { type: grid, items: [{ name: image, value: [a, b] }] }
variable:
  - { name: image, value: a }
  - { name: mood, value: good, is_case_visible: true }
  - { name: nap, value: "no", is_case_visible: true }
  - { name: token, value: ${SECRET}, is_secret: true, is_case_visible: true }
testcase:
  - criteria: { area: story }
  - criteria: { name: changing }
    times: 2
`;

const space = new Workspace({ "ext/story.ts": SUITE, "r.yml": RUNBOOK });
const run = (id: string, ...variables: string[]) =>
  space.assay(["run", "-r", "r.yml", "-i", id, "--json", ...variables.flatMap((each) => ["-v", each])]);
const report = (...args: string[]) => space.assay(["report", ...args]);
const json: Record<string, unknown> = {};

beforeAll(async () => {
  json.good = JSON.parse((await run("good")).stdout);
  json.bad = JSON.parse((await run("bad", "mood:bad")).stdout);
  json.tired = JSON.parse((await run("tired", "mood:tired")).stdout);
});

test.each([
  ["good", ["good", "--format", "json"]],
  ["bad", ["runs/bad/journal.ndjson", "--json"]],
  ["tired", ["latest", "--json", "--log_path", "runs"]],
])("the JSON document of the run '%s' is the one that the run printed", async (id, args) => {
  expect(JSON.parse((await report(...args)).stdout)).toEqual(json[id]);
});

test("html and junit go into the run folder as the run wrote them, or to where the user says", async () => {
  for (const [format, file] of [
    ["html", "report.html"],
    ["junit", "junit.xml"],
  ] as const) {
    const path = join(space.path, "runs/bad", file);
    const written = readFileSync(path, "utf8");
    writeFileSync(path, "gone");
    expect(await report("bad", "--format", format)).toEqual({ exitCode: 0, stdout: `runs/bad/${file}\n`, stderr: "" });
    expect(readFileSync(path, "utf8")).toBe(written);
    expect((await report("bad", "--format", format, "--output", "-")).stdout).toBe(written);
  }
  await report("bad", "--format", "html", "--output", "out/mine.html");
  expect(readFileSync(join(space.path, "out/mine.html"), "utf8")).toContain('href="./../runs/bad/journal.ndjson"');
});

test("the newest run is told in text when nothing is said", async () => {
  const { stdout, exitCode } = await report();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^run tired: r\.yml on local, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n\nPASSED {4}Story\.good\[image=a\] /,
  );
  expect(stdout).toMatch(/\nSKIPPED {3}Story\.changing\[image=b\]#2 .* Nobody is in the mood\.\n/);
  expect(stdout).toMatch(
    /\nPASSED {2}6 cases passed.*\n {2}6 passed, 0 failed, 4 skipped in .*\n {2}runs\/tired\/report\.html\n {2}runs\/tired\/junit\.xml\n {2}runs\/tired\/journal\.ndjson\n$/,
  );
});

test("github gets annotations on standard output and a summary in the file of the step or of the user", async () => {
  writeFileSync(join(space.path, "step.md"), "before\n");
  const step = await space.assay(["report", "bad", "--format", "github"], {
    GITHUB_STEP_SUMMARY: join(space.path, "step.md"),
  });
  expect(step.stdout.split("\n")[0]).toBe(
    '::error title=Story.changing[image=a]#1::Token ******:%0A=1+1, "quoted" | <b>%0A::error::injected',
  );
  expect(step.stdout).toMatch(/\n::error title=story%3A failed::4 cases failed\.\n$/);
  const summary = (await report("bad", "--format", "github", "--output", "-")).stdout;
  expect(readFileSync(join(space.path, "step.md"), "utf8")).toBe(`before\n\n${summary}`);
  expect(summary).toContain("| 6 | 4 | 0 | 0 | 0 |");
  expect((await report("bad", "--format", "github", "--output", "own.md")).stdout).toBe(step.stdout);
  expect(readFileSync(join(space.path, "own.md"), "utf8")).toBe(summary);
});

test("no run, no format and no comparison tells a secret", async () => {
  const told = await Promise.all([
    run("bad-again", "mood:bad"),
    ...["text", "html", "junit", "json", "csv", "github"].map((format) =>
      report("bad", "--format", format, "--output", "-", "--subtests"),
    ),
    report("--diff", "good", "bad"),
    report("--diff", "good", "bad", "--json"),
  ]);
  expect(told.map(({ exitCode }) => exitCode)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (const { stdout, stderr } of told) {
    expect(stderr).not.toMatch(/^\s*::error::injected/m);
    expect(stdout + stderr).not.toContain(SECRET);
    expect(stdout.length).toBeGreaterThan(100);
  }
});

test("a comparison tells what changed, result by result, and fails only when it is asked to", async () => {
  const { stdout, exitCode } = await report("--diff", "good", "bad");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^before {2}good: passed, 10 passed, .*\nafter {3}bad: failed, 6 passed, 4 failed, /);
  expect(stdout).toContain(`
New failures: 4
  Story.changing[image=a]#1  PASSED → FAILED
      Token ******:
      =1+1, "quoted" | <b>
      : :error::injected
`);
  expect(stdout).toMatch(/\n4 regressions\. 6 results are as before\.\n$/);
  const gate = (...runs: string[]) => report("--diff", ...runs, "--fail-on-regression");
  expect(
    [await gate("good", "bad"), await gate("bad", "good"), await gate("bad")].map((each) => each.exitCode),
  ).toEqual([1, 0, 0]);
});

test("a comparison in JSON has every list", async () => {
  const told = JSON.parse((await report("--diff", "bad", "tired", "--json")).stdout);
  const ids = ["a]#1", "a]#2", "b]#1", "b]#2"].map((end) => `Story.changing[image=${end}`);
  expect(told.newSkips.map(({ resultId }: { resultId: string }) => resultId)).toEqual(ids);
  expect(told.newSkips[0]).toMatchObject({
    combination: { image: "a" },
    before: { status: "FAILED" },
    after: { status: "SKIPPED", message: "Nobody is in the mood." },
  });
  expect(told).toMatchObject({
    before: { run: "bad", verdict: "failed" },
    after: { run: "tired", counts: { skipped: 4, unfinished: 0 } },
    rules: { slower: { factor: 1.5, moreMs: 1000 } },
    newFailures: [],
    notFinished: [],
    fixed: [],
    noLongerRun: [],
    newlyRun: [],
    changedMessages: [],
    unchanged: 6,
    regressions: [],
    isRegression: false,
  });
});

/** Starts a run that naps in its third case, and gives it back when that case has begun. */
async function napping(id: string): Promise<ChildProcess> {
  const [program = "", ...args] = space.command(["run", "-r", "r.yml", "-i", id, "-v", "nap:yes"]);
  const child = spawn(program, args, { cwd: space.path, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.startsWith("started   Story.napping")) return child;
  }
  throw new Error("The run ended before the nap.");
}

test("a run that goes on says so; killed, it says where it was cut off and what was in flight", async () => {
  const child = await napping("cut");
  expect((await report("cut")).stdout).toContain(
    "UNFINISHED  The run is going on. 3 of the 5 results planned so far are final. Running: 'Story.napping[image=a]' on local-1.",
  );
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  const cut =
    /^The run was cut off: its journal ends at .* UTC without a verdict, and no process on this machine writes to it\. 3 of the 5 results planned so far are final\. In flight: 'Story\.napping\[image=a\]' on local-1\.$/;
  const told = JSON.parse((await report("cut", "--json")).stdout);
  expect(told).toMatchObject({ verdict: null, exitCode: null, reason: expect.stringMatching(cut) });
  expect(told.results.map(({ status }: { status: string }) => status)).toEqual([
    "PASSED",
    "PASSED",
    "PASSED",
    "RUNNING",
    "QUEUED",
  ]);
  await report("cut", "--format", "html");
  expect(readFileSync(join(space.path, "runs/cut/report.html"), "utf8")).toContain(
    "The run was cut off: its journal ends at",
  );
  const [suite] = readXml((await report("cut", "--format", "junit", "--output", "-")).stdout).children;
  expect(suite?.attributes).toMatchObject({ tests: "5", failures: "0", errors: "1", skipped: "1" });
  expect((await report("--diff", "good", "cut", "--fail-on-regression")).exitCode).toBe(1);
});

test("a journal whose last line was torn is told up to there", async () => {
  cpSync(join(space.path, "runs/bad"), join(space.path, "runs/torn"), { recursive: true });
  const path = join(space.path, "runs/torn/journal.ndjson");
  const whole = readFileSync(path);
  const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
  truncateSync(path, lastLine + 20);
  const { stdout, exitCode } = await report("torn", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: null, reason: expect.stringContaining("10 of the 10 results") });
});

test.each([
  [["nosuch"], 2, "There is no run 'nosuch' in "],
  [["goood"], 2, "Did you mean 'good'?"],
  [["--log_path", "elsewhere"], 2, "There is no run in "],
  [["ext/"], 2, "is not that of a run: it has no 'journal.ndjson'."],
  [["good", "--format", "pdf"], 2, "Allowed choices are text, html, junit, json, csv, github."],
  [["good", "bad"], 2, "A report is about one run, and 2 are named."],
  [["--diff"], 2, "--diff compares two runs, and 0 are named."],
  [["--diff", "good", "bad", "--format", "csv"], 2, "A comparison is told as text or with --json"],
  [["good", "--json", "--format", "csv"], 2, "--json and --format csv contradict each other."],
  [["good", "--fail-on-regression"], 2, "--fail-on-regression needs two runs to compare."],
  [["good", "--format", "csv", "--output", "r.yml/x"], 2, "The report cannot be written to 'r.yml/x': "],
])("'assay report %j' ends with %i and a message", async (args, exitCode, message) => {
  const told = await report(...args);
  expect(told.exitCode).toBe(exitCode);
  expect(told.stderr).toContain(message);
  expect(told.stderr).not.toMatch(/^\s+at /m);
  expect(told.stdout).toBe("");
});

test.each([
  ["", "is empty: the run has just begun, or wrote nothing at all."],
  ['{"type":"notice","at":"x","level":"info","text":"t"}\n', "is not that of a run: it begins with 'notice'."],
  ['{"type":"run-started","at":"x"}\n', "is not that of a run: an event lacks what it must have."],
  ['{"type":"run-started","at":"x"}\n???\n{}\n', "is damaged: line 2 is no event."],
])("the journal %j cannot be read, and the message says what to do", async (text, message) => {
  const folder = join(space.path, "broken");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "journal.ndjson"), text);
  const { exitCode, stderr } = await report("broken", "--debug");
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^assay: The journal '.*\/broken\/journal\.ndjson' .*\n {2}\S/);
  expect(stderr).toContain(message);
});

test("a report leaves nothing behind but itself", async () => {
  const before = readdirSync(join(space.path, "runs/good")).sort();
  await report("good", "--format", "html");
  expect(readdirSync(join(space.path, "runs/good")).sort()).toEqual(before);
});
