import { expect, test } from "vitest";
import type { CaseCriteria, CaseFilter } from "../runbook/types.ts";
import { type CaseDefinition, type Suite, suite } from "../suite/suite.ts";
import { caseFilter } from "../testing/case-filter.ts";
import { makePlan, type PlanOptions } from "./plan.ts";

const cases: Readonly<Record<string, Partial<CaseDefinition>>> = {
  smoke_test: { priority: 0, tags: ["reboot"] },
  verify_grub: { priority: 1, tags: ["boot"] },
  verify_cold: { priority: 1, requires: { coldBoot: true } },
  verify_restart: { priority: 1, tags: ["reboot"] },
  verify_swap: { priority: 1, useNewEnvironment: true, timeoutMs: 60_000 },
  verify_new: { priority: 2, maturity: "preview" },
  verify_old: { priority: 2, maturity: "deprecated" },
};

function made(name: string, area: string, from: typeof cases): Suite {
  return suite(name, { area, about: "A suite.", category: area === "stress" ? "stress" : "functional" }, ({
    test: define,
  }) => {
    for (const [each, definition] of Object.entries(from)) {
      define(each, { about: "A case.", priority: 3, ...definition }, async () => {});
    }
  });
}

const suites = [
  made("Core", "core", cases),
  made("Load", "stress", { stress_disk: { priority: 3 }, verify_swap: { priority: 4 } }),
];

const filter = (criteria: CaseCriteria, more: Partial<CaseFilter> = {}): CaseFilter =>
  caseFilter({ position: { file: "r.yml", line: 3, column: 5 }, criteria, ...more });

const plan = (filters: readonly CaseFilter[], more: Partial<PlanOptions> = {}) =>
  makePlan({ runbook: { filters }, suites, refuse: () => undefined, ...more });
const ids = (filters: readonly CaseFilter[], more: Partial<PlanOptions> = {}): readonly string[] =>
  plan(filters, more).entries.map(({ resultId }) => resultId.replace("Core.", ""));
const codes = (filters: readonly CaseFilter[]): readonly string[] =>
  plan(filters).diagnostics.map(({ severity, code }) => `${severity} ${code}`);

const exclude = { selectAction: "exclude" } as const;
const none = { selectAction: "none" } as const;
const forceInclude = { selectAction: "forceInclude" } as const;
const forceExclude = { selectAction: "forceExclude" } as const;
const grub = { name: ["verify_grub"] };
const swap = { name: ["verify_swap"], area: ["core"] };

/** What the filters select, in the order of the plan. */
const SELECTIONS: readonly (readonly [string, readonly CaseFilter[], readonly string[]])[] = [
  [
    "no filter selects all stable cases",
    [],
    [
      "smoke_test",
      "verify_swap",
      "verify_grub",
      "verify_restart",
      "verify_cold",
      "Load.stress_disk",
      "Load.verify_swap",
    ],
  ],
  [
    "empty criteria match every case",
    [filter({})],
    [
      "smoke_test",
      "verify_swap",
      "verify_grub",
      "verify_restart",
      "verify_cold",
      "Load.stress_disk",
      "Load.verify_swap",
    ],
  ],
  [
    "a name is a full match, case ignored",
    [filter({ name: ["VERIFY_grub"] }), filter({ name: ["verify"] })],
    ["verify_grub"],
  ],
  ["a pattern", [filter({ name: ["verify_(grub|cold)"] })], ["verify_grub", "verify_cold"]],
  ["several names", [filter({ name: ["smoke_test", "verify_grub"] })], ["smoke_test", "verify_grub"]],
  ["area and category", [filter({ area: ["stress"], category: ["stress"] })], ["Load.stress_disk", "Load.verify_swap"]],
  ["priority", [filter({ priority: [0, 3] })], ["smoke_test", "Load.stress_disk"]],
  ["any of the tags, exactly", [filter({ tags: ["boot", "Reboot"] })], ["verify_grub"]],
  ["two criteria are both needed", [filter({ priority: [1], tags: ["reboot"] })], ["verify_restart"]],
  ["exclude", [filter(swap), filter(grub), filter(grub, exclude)], ["verify_swap"]],
  ["include, exclude, include", [filter(grub), filter(grub, exclude), filter(grub)], ["verify_grub"]],
  ["a switched-off filter does nothing", [filter(grub), filter(grub, { ...exclude, enabled: false })], ["verify_grub"]],
  ["all switched off selects nothing", [filter(grub, { enabled: false })], []],
  ["none selects nothing", [filter(grub, none)], []],
  ["forced in survives exclude", [filter(grub, forceInclude), filter({}, exclude)], ["verify_grub"]],
  [
    "forced out stays out",
    [filter(grub), filter(swap), filter(grub, forceExclude), filter({ name: ["verify_(grub|swap)"], area: ["core"] })],
    ["verify_swap"],
  ],
  ["forced out too early does nothing", [filter(grub, forceExclude), filter(grub)], ["verify_grub"]],
  ["only stable cases", [filter({ name: ["verify_(new|old|grub)"] })], ["verify_grub"]],
  ["a maturity that was asked for", [filter({ maturity: ["preview"] })], ["verify_new"]],
  [
    "a maturity that 'none' asks for",
    [filter({ name: ["verify_new"] }), filter({ maturity: ["preview"] }, none)],
    ["verify_new"],
  ],
  ["forced in whatever its maturity", [filter({ name: ["verify_new"] }, forceInclude)], ["verify_new"]],
];

test.each(SELECTIONS)("%s", (_, filters, expected) => {
  expect(ids(filters)).toEqual(expected);
});

test("settings: later filters overwrite, time can only grow, a new environment only be added", () => {
  const [entry] = plan([
    filter(swap, { retry: 2, ignoreFailure: true, timeoutMs: 90_000 }),
    filter(swap, { ...none, timeoutMs: 10_000 }),
  ]).entries;
  expect(entry).toMatchObject({ retry: 0, ignoreFailure: false, timeoutMs: 90_000, useNewEnvironment: true });
  expect(plan([filter(swap, { timeoutMs: 1 })]).entries[0]?.timeoutMs).toBe(60_000);
});

test("every copy made by times has its number and the same limit", () => {
  const { entries } = plan([filter(swap, { times: 3, timeoutMs: 90_000 })]);
  expect(entries.map(({ resultId, timeoutMs }) => [resultId, timeoutMs])).toEqual([
    ["Core.verify_swap#1", 90_000],
    ["Core.verify_swap#2", 90_000],
    ["Core.verify_swap#3", 90_000],
  ]);
});

test("what the platform cannot serve is kept apart with its reason", () => {
  const { entries, excluded } = plan([filter({ tags: ["boot", "reboot"] })], {
    refuse: (each) => (each.tags.includes("reboot") ? "It reboots." : undefined),
  });
  expect(entries.map(({ resultId }) => resultId)).toEqual(["Core.verify_grub"]);
  expect(excluded.map(({ resultId, reason }) => [resultId, reason])).toEqual([
    ["Core.smoke_test", "It reboots."],
    ["Core.verify_restart", "It reboots."],
  ]);
});

test("names on the command line take the place of the selection and keep the runbook's settings", () => {
  const filters = [filter(swap, { retry: 4 })];
  const { entries, diagnostics } = plan(filters, { only: ["Core.VERIFY_SWAP", "verify_new"] });
  expect(entries.map(({ resultId, retry }) => [resultId, retry])).toEqual([
    ["Core.verify_swap", 4],
    ["Core.verify_new", 0],
  ]);
  expect(diagnostics).toEqual([]);
  expect(ids(filters, { only: ["verify_swap"] })).toEqual(["verify_swap", "Load.verify_swap"]);
});

test("an unknown name is an error that tells the nearest cases", () => {
  expect(plan([], { only: ["verify_gurb"] }).diagnostics).toEqual([
    {
      severity: "error",
      code: "X04",
      message: "No case is named 'verify_gurb'.",
      position: undefined,
      help: "Did you mean 'verify_grub'?",
    },
  ]);
  const [problem] = plan([
    filter({ name: ["verify_gurb"] }, { criteriaPositions: { name: [{ file: "r.yml", line: 4, column: 9 }] } }),
  ]).diagnostics;
  expect(problem).toMatchObject({
    severity: "error",
    code: "X04",
    position: { line: 4, column: 9 },
    help: "Did you mean 'verify_grub'?",
  });
});

test("patterns, areas and exclusions that match nothing are warnings", () => {
  expect(codes([filter({ name: ["verify_x.*"] })])).toEqual(["warning X04"]);
  expect(codes([filter({ area: ["stroage"] })])).toEqual(["warning X04"]);
  expect(codes([filter({ name: ["nothing"] }, exclude)])).toEqual(["warning X04"]);
  expect(codes([filter(grub, forceExclude)])).toEqual(["warning X04"]);
});

test("force conflicts in both orders, deprecated cases and endless patterns are told", () => {
  expect(codes([filter(grub, forceInclude), filter(grub, forceExclude)])).toEqual(["error X03"]);
  expect(codes([filter(grub), filter(grub, forceExclude), filter(grub, forceInclude)])).toEqual(["error X03"]);
  expect(codes([filter({ maturity: ["deprecated"] })])).toEqual(["warning X07"]);
  const long = made("Long", "core", { [`${"a".repeat(60)}_`]: {} });
  const { diagnostics, entries } = plan([filter({ name: ["(a+)+b"] })], { suites: [long] });
  expect(diagnostics.map(({ code }) => code)).toEqual(["X02"]);
  expect(entries).toEqual([]);
});

test("a case that LISA has and this version has not is told apart from a slip", () => {
  const [told] = plan([
    filter({ name: ["verify_synthetic_provision_with_max_nics_reboot"] }),
    filter(grub),
  ]).diagnostics;
  expect(told).toMatchObject({
    severity: "warning",
    blocksRun: true,
    message:
      "The case 'verify_synthetic_provision_with_max_nics_reboot' of LISA's suite 'Synthetic' is not part of this version of assay.",
  });
  expect(plan([], { only: ["verify_synthetic_provision_with_max_nics_reboot"] }).diagnostics[0]).toMatchObject({
    severity: "error",
    message: expect.stringContaining("not part of this version"),
  });
});
