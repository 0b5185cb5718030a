import { expect, test } from "vitest";
import type { CaseFilter } from "../runbook/types.ts";
import { type CaseDefinition, suite } from "../suite/suite.ts";
import { caseFilter } from "../testing/case-filter.ts";
import { type CaseExplanation, explainCases } from "./explain-case.ts";

const cases: Readonly<Record<string, Partial<CaseDefinition>>> = {
  verify_grub: { tags: ["boot"] },
  verify_swap: { useNewEnvironment: true, timeoutMs: 60_000 },
  verify_new: { maturity: "preview" },
};
const made = suite("Core", { area: "core", about: "A suite." }, ({ test: define }) => {
  for (const [name, definition] of Object.entries(cases)) {
    define(name, { about: "A case.", priority: 3, ...definition }, async () => {});
  }
});

/** An entry at line `line` of `r.yml`. */
const filter = (line: number, more: Partial<CaseFilter> = {}): CaseFilter =>
  caseFilter({ position: { file: "r.yml", line, column: 5 }, ...more });

function explain(name: string, filters: readonly CaseFilter[], refusal?: string): CaseExplanation {
  const testCase = made.cases.find((each) => each.name === name);
  if (testCase === undefined) throw new Error(`no case ${name}`);
  const explanation = explainCases([testCase], { cases: made.cases, filters, refuse: () => refusal }).get(testCase);
  if (explanation === undefined) throw new Error(`${name} was not explained`);
  return explanation;
}

const exclude = { selectAction: "exclude" } as const;
const none = { selectAction: "none" } as const;
const forceInclude = { selectAction: "forceInclude" } as const;
const forceExclude = { selectAction: "forceExclude" } as const;

/** Name, case, filters, outcome, deciding rule, and what each filter did, with its line in front. */
const EXPLAINED: readonly (readonly [string, string, readonly CaseFilter[], string, string, readonly string[]])[] = [
  [
    "an entry adds it",
    "verify_grub",
    [filter(3, { name: "boot" })],
    "runs",
    "The entry 'boot' at r.yml:3:5 adds it.",
    ["3 adds it", "- can serve it"],
  ],
  [
    "without entries",
    "verify_grub",
    [],
    "runs",
    "The runbook has no entries, so every stable case runs.",
    ["- selects it, as every case: the runbook has no entries", "- can serve it"],
  ],
  [
    "a runbook without testcase",
    "verify_grub",
    [filter(0, { position: undefined, criteria: { area: ["core"] } })],
    "runs",
    "It belongs to the selection of a runbook without 'testcase'.",
    ["- adds it", "- can serve it"],
  ],
  [
    "about other cases, by every criterion that does not match",
    "verify_grub",
    [
      filter(3, { criteria: { name: ["verify_swap"], area: ["core"], category: ["stress"], priority: [0, 1] } }),
      filter(4, { criteria: { tags: ["net", "disk"], maturity: ["preview"] } }),
    ],
    "excluded",
    "No entry of 'testcase' selects it.",
    [
      "3 is about other cases: its name is 'verify_grub', not 'verify_swap'; its category is 'functional', not 'stress'; its priority is 3, not 0 or 1",
      "4 is about other cases: its tags are 'boot', not 'net' or 'disk'; its maturity is 'stable', not 'preview'",
    ],
  ],
  [
    "taken out",
    "verify_grub",
    [filter(3), filter(4, { ...exclude, name: "slow" })],
    "excluded",
    "The entry 'slow' at r.yml:4:5 takes it out.",
    ["3 adds it", "4 takes it out"],
  ],
  [
    "switched off, too early and not selected",
    "verify_grub",
    [filter(3, { enabled: false }), filter(4, exclude), filter(5, none)],
    "excluded",
    "No entry of 'testcase' selects it.",
    [
      "3 is switched off ('enabled: false')",
      "4 takes out only cases that are selected, which it is not here",
      "5 changes only cases that are selected, which it is not here ('select_action: none')",
    ],
  ],
  [
    "forced in",
    "verify_grub",
    [filter(3, forceInclude), filter(4, exclude)],
    "runs",
    "The entry at r.yml:3:5 forces it in.",
    ["3 forces it in", "4 would take it out, but it was forced in by r.yml:3:5", "- can serve it"],
  ],
  [
    "forced out",
    "verify_grub",
    [filter(3), filter(4, forceExclude), filter(5)],
    "excluded",
    "The entry at r.yml:4:5 forces it out.",
    ["3 adds it", "4 forces it out", "5 would add it, but it was forced out by r.yml:4:5"],
  ],
  [
    "forced both ways",
    "verify_grub",
    [filter(3, forceInclude), filter(4, forceExclude)],
    "runs",
    "The entry at r.yml:3:5 forces it in.",
    ["3 forces it in", "4 contradicts r.yml:3:5, which forces it the other way", "- can serve it"],
  ],
  [
    "not all of an entry is known",
    "verify_grub",
    [filter(3, { isPending: true })],
    "runs",
    "The entry at r.yml:3:5 adds it.",
    ["3 adds it (as far as known: some of its values come from the run)", "- can serve it"],
  ],
  [
    "dropped by the stable gate",
    "verify_new",
    [filter(3)],
    "excluded",
    "Its maturity is 'preview', and no entry asks for that or forces it in.",
    ["3 adds it", "- drops it: its maturity is 'preview', and no entry asks for that or forces it in"],
  ],
  [
    "its maturity is asked for",
    "verify_new",
    [filter(3), filter(4, { ...none, criteria: { maturity: ["preview"] } })],
    "runs",
    "The entry at r.yml:3:5 adds it.",
    [
      "3 adds it",
      "4 matches it and leaves its settings as they are",
      "4 lets it pass: r.yml:4:5 asks for the maturity 'preview'",
      "- can serve it",
    ],
  ],
  [
    "forced in whatever its maturity",
    "verify_new",
    [filter(3), filter(4, { ...forceInclude, times: 2 })],
    "runs",
    "The entry at r.yml:3:5 adds it.",
    [
      "3 adds it",
      "4 forces it in and changes times 1 to 2",
      "4 lets it pass although its maturity is 'preview': r.yml:4:5 forces it in",
      "- can serve it",
    ],
  ],
];

test.each(EXPLAINED)("%s", (_, name, filters, outcome, reason, steps) => {
  const explanation = explain(name, filters);
  expect(explanation).toMatchObject({ outcome, reason });
  expect(explanation.steps.map(({ position, text }) => `${position?.line ?? "-"} ${text}`)).toEqual(steps);
});

test("a case that the platform cannot serve is skipped, with the reason", () => {
  const explanation = explain("verify_grub", [filter(3)], "It needs 8 cores.");
  expect(explanation).toMatchObject({ outcome: "skipped", reason: "The platform cannot serve it: It needs 8 cores." });
  expect(explanation.steps.at(-1)).toMatchObject({ kind: "platform", text: "cannot serve it: It needs 8 cores." });
});

const settings = (name: string, filters: readonly CaseFilter[]): readonly string[] =>
  explain(name, filters).settings.map(({ key, value, from }) => `${key} ${value} ${from?.position?.line ?? "-"}`);

test("each setting names the entry that gave it", () => {
  expect(
    settings("verify_swap", [
      filter(3, { times: 3, retry: 2, timeoutMs: 90_000 }),
      filter(4, { ...none, timeoutMs: 80_000, ignoreFailure: true, useNewEnvironment: true }),
    ]),
  ).toEqual(["times 1 4", "retry 0 4", "timeout 90 3", "use_new_environment true -", "ignore_failure true 4"]);
  expect(settings("verify_grub", [filter(3, { useNewEnvironment: true }), filter(4)])[3]).toBe(
    "use_new_environment true 3",
  );
  expect(settings("verify_grub", [])).toEqual([
    "times 1 -",
    "retry 0 -",
    "timeout 3600 -",
    "use_new_environment false -",
    "ignore_failure false -",
  ]);
});

test("a case that is added again starts with its own settings", () => {
  const filters = [filter(3, { timeoutMs: 9_000_000 }), filter(4, exclude), filter(5)];
  expect(settings("verify_grub", filters)[2]).toBe("timeout 3600 -");
});
