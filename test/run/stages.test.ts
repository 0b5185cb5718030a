import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { watch } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../../packages/assay/src/events/types.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { makeHistory } from "./commit-history.ts";
import { runStaged } from "./run-staged.ts";

const all = "testcase: [{ criteria: { area: staged } }]";
const pass = async () => undefined;

/** What happened in short: transformers by name, plans and results. */
const steps = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.type === "transformer-finished")
      return [`${event.phase} ${event.transformer}${event.message && " failed"}`];
    if (event.type === "plan-added") return [`plan ${Object.values(event.combination ?? {}).join(" ")}`.trim()];
    if (event.type === "case-finished") return [`${event.status} ${event.resultId}`];
    return [];
  });

test("what transformers set is there for later ones, for the choice of cases and for the cases", async () => {
  const seen: unknown[] = [];
  const report = await runStaged({
    guests: new LocalGuests({ maxEnvironments: 1 }),
    runbook: `
variable: [{ name: count, value: 1, is_case_visible: true }]
transformer:
  - { type: script, name: sum, depends_on: [parts], rename: { sum_total: count },
      scripts: [{ name: total, variables: [parts_names], script: "len2 if False else int(parts_names[1])" }] }
  - { type: to_list, name: parts, items: { names: "chosen, 5" } }
testcase: [{ criteria: { name: $(wanted) }, times: 2 }]
`
      .replace("variable: [", 'variable: [{ name: wanted, value: "$(pick_name)" }, ')
      .replace(
        "transformer:",
        "transformer:\n  - { type: script, name: pick, depends_on: [parts], scripts: [{ name: name, variables: [parts_names], script: 'parts_names[0]' }] }",
      ),
    cases: {
      chosen: async ({ variables }) => void seen.push(variables.count),
      other: pass,
    },
  });
  expect(report).toMatchObject({ exitCode: 0, counts: { passed: 2 } });
  expect(seen).toEqual([5, 5]);
  expect(steps(report.events)).toEqual([
    "init parts",
    "init pick",
    "init sum",
    "plan",
    "PASSED Staged.chosen#1",
    "PASSED Staged.chosen#2",
  ]);
});

test("each combination has its results, and its clean-up comes when its environments are gone", async () => {
  const images: unknown[] = [];
  const report = await runStaged({
    guests: new LocalGuests({ maxEnvironments: 1, isPristineCheap: false }),
    runbook: `
variable: [{ name: image, value: none, is_case_visible: true }]
combinator: { type: grid, items: [{ name: image, value: [a/b, c] }] }
transformer:
  - { type: to_list, name: before, phase: expanded, items: { x: $(image) } }
  - { type: to_list, name: after, phase: expanded_cleanup, items: { x: $(image) } }
  - { type: to_list, name: last, phase: cleanup, items: { x: a } }
${all}`,
    cases: { one: async ({ variables }) => void images.push(variables.image) },
  });
  expect(images).toEqual(["a/b", "c"]);
  expect(steps(report.events)).toEqual([
    "expanded before",
    "plan a/b",
    "PASSED Staged.one[image=a-b]",
    "expanded_cleanup after",
    "expanded before",
    "plan c",
    "PASSED Staged.one[image=c]",
    "expanded_cleanup after",
    "cleanup last",
  ]);
  const isCleanUp = (event: RunEvent) => event.type === "transformer-started" && event.phase === "expanded_cleanup";
  expect(report.events.findIndex(({ type }) => type === "environment-deleted")).toBeLessThan(
    report.events.findIndex(isCleanUp),
  );
  expect(report.results.map(({ combination }) => combination)).toEqual([{ image: "a/b" }, { image: "c" }]);
  const outputs = report.events.flatMap((event) => (event.type === "transformer-finished" ? [event.outputs] : []));
  expect(outputs[1]).toEqual({ after_x: '["a/b"]' });
});

test("a combination begins when those before it leave workers idle, and is cleaned up on its own", async () => {
  const both = Promise.withResolvers<void>();
  let running = 0;
  const report = await runStaged({
    guests: new LocalGuests({ maxEnvironments: 2 }),
    runbook: `
variable: [{ name: v, value: none }]
combinator: { type: batch, items: [{ v: a }, { v: b }, { v: c }] }
transformer: [{ type: to_list, name: after, phase: expanded_cleanup, items: { x: $(v) } }]
${all}`,
    cases: {
      // Ends only when two combinations run at the same time.
      one: async () => {
        running += 1;
        if (running === 2) both.resolve();
        await both.promise;
      },
    },
  });
  expect(report).toMatchObject({ exitCode: 0, counts: { passed: 3 } });
  const after = report.events.flatMap((event) =>
    event.type === "transformer-finished" ? [event.outputs.after_x] : [],
  );
  expect(after.toSorted()).toEqual(['["a"]', '["b"]', '["c"]']);
});

test("where environments are dear a combination waits for the one before", async () => {
  const report = await runStaged({
    guests: new LocalGuests({ maxEnvironments: 2, isPristineCheap: false }),
    runbook: `
variable: [{ name: v, value: 0 }]
combinator: { type: batch, items: [{ v: 1 }, { v: 2 }] }
${all}`,
    cases: { one: pass, two: pass },
  });
  expect(steps(report.events).map((step) => step.slice(0, 4))).toEqual([
    "plan",
    "PASS",
    "PASS",
    "plan",
    "PASS",
    "PASS",
  ]);
});

test("a transformer for environments runs on each node and its outputs reach the cases", async () => {
  const seen: unknown[] = [];
  const report = await runStaged({
    runbook: `
variable: [{ name: told, value: nothing, is_case_visible: true }]
transformer:
  - { type: script, name: ask, phase: environment_connected, rename: { ask_x: told },
      scripts: [{ name: x, script: "'from ' + 'node'" }] }
${all}`,
    cases: { one: async ({ variables }) => void seen.push(variables.told) },
  });
  expect(seen).toEqual(["from node"]);
  expect(report.events.find((event) => event.type === "transformer-finished")).toMatchObject({
    environment: "local-guests-1",
    node: "node-0",
  });
});

test("a transformer before the cases works on the machine of its connection, and its log is kept without secrets", async () => {
  await using server = await startSshServer();
  const folder = mkdtempSync(join(tmpdir(), "assay-connection-"));
  writeFileSync(join(folder, "key"), server.privateKey, { mode: 0o600 });
  writeFileSync(join(folder, "say.sh"), 'echo "$1"');
  const report = await runStaged({
    runbook: `
variable: [{ name: word, value: hunter2hunter2, is_secret: true }, { name: said, value: "", is_case_visible: true }]
transformer:
  - type: script_file
    connection: { address: ${server.address}, port: ${server.port}, username: ${server.username}, private_key_file: ${folder}/key }
    scripts: [{ script: ${folder}/say.sh, args: $(word) }]
    rename: { script_file_results: said }
${all}`,
    cases: {
      one: async ({ variables, expect: check }) => check(JSON.stringify(variables.said).includes("hunter2"), "unsaid"),
    },
  });
  expect(report).toMatchObject({ exitCode: 0 });
  const log = readFileSync(join(report.journal, "../transformers/1-script_file/commands.ndjson"), "utf8");
  expect(log).toContain("say.sh ******");
  expect(log + readFileSync(report.journal, "utf8")).not.toContain("hunter2");
});

test("when it fails on a new environment, the case that wanted it fails and the environment is deleted", async () => {
  const report = await runStaged({
    guests: new LocalGuests({ maxEnvironments: 1 }),
    runbook: `
transformer:
  - { type: script, name: ask, phase: environment_connected, scripts: [{ name: x, script: "1 / 0" }] }
  - { type: to_list, name: after, phase: expanded_cleanup, items: { x: a } }
${all}`,
    cases: { one: pass },
  });
  expect(report.results).toMatchObject([
    { status: "FAILED", message: expect.stringMatching(/^deployment failed\. .*'ask' failed: .*divides by zero/s) },
  ]);
  expect(report.guests.map(({ isDeleted }) => isDeleted)).toEqual([true]);
  expect(steps(report.events).at(-1)).toBe("expanded_cleanup after");
});

test("a guest that panics while it is prepared ends its preparation at once", async () => {
  const guests = new LocalGuests({ maxEnvironments: 1 });
  const folder = mkdtempSync(join(tmpdir(), "assay-panic-"));
  writeFileSync(join(folder, "wait.sh"), `touch ${folder}/started\nexec sleep 982.25\n`);
  const watching = new AbortController();
  const printing = (async () => {
    for await (const { filename } of watch(folder, { signal: watching.signal })) {
      if (filename === "started") guests.guests[0]?.print("[ 1.0] Kernel panic - not syncing: Fatal exception\n");
    }
  })().catch(() => undefined);
  const report = await runStaged({
    guests,
    runbook: `
transformer:
  - { type: script_file, name: prepare, phase: environment_connected, scripts: [{ script: ${folder}/wait.sh }] }
${all}`,
    cases: { one: pass },
  });
  watching.abort();
  await printing;
  expect(report.results).toMatchObject([
    { status: "FAILED", message: expect.stringMatching(/'prepare' failed: The kernel of node 'node-0' is in trouble/) },
  ]);
  expect(report.guests.map(({ isDeleted }) => isDeleted)).toEqual([true]);
});

test("a transformer that fails before the cases ends the run, and the clean-up still comes", async () => {
  const report = await runStaged({
    runbook: `
transformer:
  - { type: script, name: broken, scripts: [{ name: x, script: "1 / 0" }] }
  - { type: to_list, name: never, depends_on: [broken], items: { x: a } }
  - { type: to_list, name: last, phase: cleanup, items: { x: a } }
${all}`,
    cases: { one: pass },
  });
  expect(report).toMatchObject({ verdict: "invalid", exitCode: 2, results: [] });
  expect(report.reason).toContain("The transformer 'broken' failed");
  expect(steps(report.events)).toEqual(["init broken failed", "cleanup last"]);
});

test("a runbook that is wrong with what was set ends the run at its place, and the clean-up still comes", async () => {
  const report = await runStaged({
    runbook: `
concurrency: $(make_count)
transformer:
  - { type: script, name: make, scripts: [{ name: count, script: "'many'" }] }
  - { type: to_list, name: last, phase: cleanup, items: { x: a } }
${all}`,
    cases: { one: pass },
  });
  expect(report).toMatchObject({ verdict: "invalid", exitCode: 2 });
  expect(report.reason).toMatch(/runbook\.yml:4:14: error S02: 'concurrency' must be a whole number/);
  expect(steps(report.events)).toEqual(["init make", "cleanup last"]);
});

test("what fails in the clean-up is a warning, and the rest of it is done", async () => {
  const report = await runStaged({
    runbook: `
transformer:
  - { type: script, name: broken, phase: cleanup, scripts: [{ name: x, script: "1 / 0" }] }
  - { type: to_list, name: last, phase: cleanup, items: { x: a } }
${all}`,
    cases: { one: pass },
  });
  expect(report.exitCode).toBe(0);
  expect(report.events.find((event) => event.type === "notice")).toMatchObject({ level: "warn" });
  expect(steps(report.events).slice(-2)).toEqual(["cleanup broken failed", "cleanup last"]);
});

test("what is switched off does not run, and one that is switched on by another does", async () => {
  const report = await runStaged({
    runbook: `
variable: [{ name: wanted, value: false }]
transformer:
  - { type: to_list, name: later, depends_on: [decide], enabled: $(wanted), items: { x: a } }
  - { type: script, name: decide, rename: { decide_x: wanted }, scripts: [{ name: x, script: "1 < 2" }] }
  - { type: to_list, name: never, enabled: false, items: { x: a } }
${all}`,
    cases: { one: pass },
  });
  expect(steps(report.events).slice(0, 2)).toEqual(["init decide", "init later"]);
});

test("outputs called password, token or key are masked everywhere", async () => {
  const report = await runStaged({
    runbook: `
variable: [{ name: secret, value: x, is_case_visible: true }]
transformer:
  - { type: script, name: make, rename: { make_password: secret },
      scripts: [{ name: password, script: "'hunter2' * 2" }] }
${all}`,
    cases: { leaks: async ({ variables, fail }) => fail(`it is ${variables.secret}`) },
  });
  expect(report.events.find((event) => event.type === "transformer-finished")).toMatchObject({
    outputs: { secret: "******" },
  });
  expect(report.events.find((event) => event.type === "case-finished")).toMatchObject({ message: "it is ******" });
});

test("after the first failure the rest of its combination is skipped, the next combination runs", async () => {
  const report = await runStaged({
    guests: new LocalGuests({ maxEnvironments: 1 }),
    runbook: `
exit_on_first_failure: true
exit_with_failed_count: false
variable: [{ name: v, value: 0, is_case_visible: true }]
combinator: { type: batch, items: [{ v: 1 }, { v: 2 }] }
${all}`,
    cases: {
      one: async ({ variables, expect: check }) => check(variables.v === 2, "not 2"),
      two: pass,
    },
  });
  expect(report.results.map(({ resultId, status }) => `${resultId} ${status}`)).toEqual([
    "Staged.one[v=1] FAILED",
    "Staged.two[v=1] SKIPPED",
    "Staged.one[v=2] PASSED",
    "Staged.two[v=2] PASSED",
  ]);
  expect(report.results[1]?.message).toContain("'Staged.one[v=1]' failed");
  expect(report).toMatchObject({ verdict: "failed", exitCode: 0 });
});

test("a search through a history gets each verdict before it goes on, and names the culprit", async () => {
  const { repository, commits } = makeHistory();
  const report = await runStaged({
    runbook: `
variable: [{ name: ref, value: "", is_case_visible: true }]
combinator:
  type: git_bisect
  connection: { address: unused, password: unused }
  repo: ${repository}
  good_commit: ${commits[0]}
  bad_commit: ${commits[7]}
${all}`,
    cases: {
      works: async ({ variables, expect: check }) => check(commits.indexOf(String(variables.ref)) < 5, "broken"),
    },
  });
  expect(report.events.filter((event) => event.type === "notice")).toEqual([
    expect.objectContaining({ level: "info", text: expect.stringContaining(`${commits[5]} (change 5)`) }),
  ]);
  expect(report.results.length).toBe(3);
});

test("an interrupt ends the run and still cleans up", async () => {
  const controller = new AbortController();
  const report = await runStaged({
    signal: controller.signal,
    runbook: `
transformer:
  - { type: to_list, name: last, phase: cleanup, items: { x: a } }
  - { type: to_list, name: after, phase: expanded_cleanup, items: { x: a } }
${all}`,
    cases: {
      one: async ({ node }) => {
        setImmediate(() => controller.abort("SIGTERM"));
        await node.run(["sleep", "971.25"]);
      },
    },
  });
  expect(report.exitCode).toBe(143);
  expect(steps(report.events).slice(-2)).toEqual(["expanded_cleanup after", "cleanup last"]);
});

test("a run that could not get ready can be gone on with, and drops none of its cases", async () => {
  const interrupt = new AbortController();
  const scenario = {
    guests: new LocalGuests({ maxEnvironments: 1 }),
    runbook: `
variable: [{ name: v, value: 0 }]
combinator: { type: batch, items: [{ v: 1 }] }
testcase: [{ criteria: { area: staged }, times: 2 }]`,
  };
  const cases = { one: pass, two: async () => interrupt.abort("SIGTERM") };
  const first = await runStaged({ ...scenario, cases, signal: interrupt.signal });
  const { passed } = first.counts;
  expect([0, 4]).not.toContain(passed);
  const goesOn = first.journal;
  const failing = await runStaged({
    runbook: `
transformer: [{ type: script, name: broken, scripts: [{ name: x, script: "1 / 0" }] }]
${all}`,
    ...{ cases, goesOn },
  });
  expect(failing).toMatchObject({ verdict: "invalid", counts: { passed, skipped: 0 } });
  expect(failing.events.at(-1)).toMatchObject({ type: "run-finished", isCutShort: true });
  const again = await runStaged({ ...scenario, cases: { one: pass, two: pass }, goesOn });
  expect(again).toMatchObject({ verdict: "passed", counts: { passed: 4, skipped: 0 } });
});
