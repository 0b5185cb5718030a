import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import type { RunEvent } from "../../packages/assay/src/events/types.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { makeHistory } from "./commit-history.ts";
import { runStaged, type StagedScenario } from "./run-staged.ts";

const search = (): StagedScenario => {
  const { repository, commits } = makeHistory();
  return {
    runbook: `
variable: [{ name: ref, value: "", is_case_visible: true }]
combinator:
  type: git_bisect
  connection: { address: unused, password: unused }
  repo: ${repository}
  good_commit: ${commits[0]}
  bad_commit: ${commits[7]}
testcase: [{ criteria: { area: staged } }]`,
    cases: {
      works: async ({ variables, expect: check }) => check(commits.indexOf(String(variables.ref)) < 5, "broken"),
    },
  };
};

const combinations = (): StagedScenario => ({
  guests: new LocalGuests({ maxEnvironments: 1, isPristineCheap: false }),
  runbook: `
variable: [{ name: size, value: none, is_case_visible: true }, { name: wanted, value: none }]
combinator: { type: grid, items: [{ name: size, value: [a, b] }] }
transformer:
  - { type: to_list, name: names, items: { all: "one|two, three" } }
  - { type: script, name: pick, rename: { pick_names: wanted },
      scripts: [{ name: names, variables: [names_all], script: "names_all[0]" }] }
  - { type: to_list, name: before, phase: expanded, items: { x: $(size) } }
  - { type: to_list, name: after, phase: expanded_cleanup, items: { x: $(size) } }
  - { type: to_list, name: last, phase: cleanup, items: { x: a } }
testcase: [{ criteria: { name: $(wanted) } }]`,
  cases: {
    one: async () => undefined,
    two: async ({ variables, expect: check }) => check(variables.size === "a", "too big"),
    three: async () => undefined,
  },
});

/** What a run comes to, without what is different each time. */
function outcomeOf(events: readonly RunEvent[]) {
  const { verdict, reason, counts, unfinished, results, notices } = summarizeRun(events);
  return {
    ...{ verdict, reason, counts, unfinished },
    results: results.map(({ resultId, status, message }) => `${resultId} ${status} ${message}`),
    // Told again when the run ended right after it.
    findings: new Set(notices.flatMap(({ text }) => (text.includes("change ") ? [text] : []))),
    finals: events.flatMap((event) => (event.type === "case-finished" ? [event.resultId] : [])).sort(),
    over: events.flatMap((event) => (event.type === "combination-finished" ? [event.label] : [])),
  };
}

test.each([
  ["search through a history", search],
  ["list of combinations", combinations],
] as const)("a %s that ends after any of its events ends like an undisturbed one when it goes on", async (_, make) => {
  const scenario = make();
  const undisturbed = await runStaged(scenario);
  const lines = readFileSync(undisturbed.journal, "utf8").trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(20);
  for (let kept = 1; kept < lines.length; kept++) {
    writeFileSync(undisturbed.journal, `${lines.slice(0, kept).join("\n")}\n`);
    const { events } = await runStaged({ ...scenario, goesOn: undisturbed.journal });
    expect(outcomeOf(events), `after ${lines[kept - 1]}`).toEqual(outcomeOf(undisturbed.events));
    expect(events.filter(({ type }) => type === "run-resumed")).toHaveLength(1);
  }
});
