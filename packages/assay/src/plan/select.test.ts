import { expect, test } from "vitest";
import type { CaseCriteria, CaseFilter } from "../runbook/types.ts";
import { type CaseDefinition, suite } from "../suite/suite.ts";
import { caseFilter } from "../testing/case-filter.ts";
import { selectCases } from "./select.ts";

const DEFINITIONS: Readonly<Record<string, Partial<CaseDefinition>>> = {
  first: { priority: 0, tags: ["a", "b"] },
  second: { priority: 1, tags: ["b"], timeoutMs: 5000 },
  third: { priority: 2, tags: ["c"] },
  early: { priority: 2, maturity: "experimental" },
  next: { priority: 2, maturity: "preview", tags: ["a"] },
  old: { priority: 3, maturity: "deprecated" },
};

const { cases } = suite("One", { area: "one", about: "A suite." }, ({ test: define }) => {
  for (const [name, definition] of Object.entries(DEFINITIONS)) {
    define(name, { about: "A case.", priority: 3, ...definition }, async () => {});
  }
});

const filter = (criteria: CaseCriteria, more: Partial<CaseFilter> = {}): CaseFilter =>
  caseFilter({ criteria, ...more });
const named = (name: string, more: Partial<CaseFilter> = {}): CaseFilter => filter({ name: [name] }, more);
const all = (more: Partial<CaseFilter> = {}): CaseFilter => filter({}, more);

const exclude = { selectAction: "exclude" } as const;
const none = { selectAction: "none" } as const;
const forceInclude = { selectAction: "forceInclude" } as const;
const forceExclude = { selectAction: "forceExclude" } as const;

test.each<[string, readonly CaseFilter[], readonly string[]]>([
  ["no filter takes all stable cases", [], ["first", "second", "third"]],
  ["a filter for everything takes all stable cases", [all()], ["first", "second", "third"]],
  ["no match gives nothing", [filter({ priority: [5] })], []],
  ["one priority", [filter({ priority: [1] })], ["second"]],
  ["one tag", [filter({ tags: ["c"] })], ["third"]],
  ["any of several tags", [filter({ tags: ["a", "c"] })], ["first", "third"]],
  ["criteria of one filter must all match", [filter({ tags: ["b"], priority: [0] })], ["first"]],
  ["any of several filters", [filter({ priority: [2] }), filter({ tags: ["b"] })], ["third", "first", "second"]],
  ["taken, left out", [all(), named("second", exclude)], ["first", "third"]],
  ["taken, left out, taken again", [all(), all(exclude), named("second")], ["second"]],
  ["forced in, left out", [named("second", forceInclude), all(exclude)], ["second"]],
  ["forced out although stable", [all(), named("second", forceExclude)], ["first", "third"]],
  ["forced out, then taken", [all(), named("second", forceExclude), all()], ["first", "third"]],
  ["settings alone take nothing", [named("second", none)], []],
  ["one maturity besides stable", [filter({ maturity: ["preview"] })], ["next"]],
  ["several maturities", [filter({ maturity: ["experimental", "stable"] })], ["first", "second", "third", "early"]],
  [
    "a maturity asked for does not let others through",
    [all(), filter({ maturity: ["preview"] })],
    ["first", "second", "third", "next"],
  ],
  ["a maturity asked for among other criteria", [filter({ maturity: ["preview"], tags: ["a"] })], ["next"]],
  ["forced in whatever its maturity", [named("early", forceInclude)], ["early"]],
  ["deprecated, not asked for", [named("old")], []],
  ["deprecated, forced in", [named("old", forceInclude)], ["old"]],
  ["a pattern with alternatives, case ignored", [named("(FIRST|th.*)")], ["first", "third"]],
  ["a part of a name is not the name", [named("fir")], []],
])("%s", (_, filters, expected) => {
  expect(selectCases(cases, filters).selected.map(({ case: { name } }) => name)).toEqual(expected);
});

test.each<[string, readonly CaseFilter[], object]>([
  ["what the case says without a filter", [], { times: 1, retry: 0, timeoutMs: 5000, ignoreFailure: false }],
  ["settings of a filter", [named("second", { retry: 2, times: 3 })], { times: 3, retry: 2 }],
  ["settings alone for a case taken before", [all(), named("second", { ...none, retry: 4 })], { retry: 4 }],
  ["the last filter overrides", [named("second", { retry: 4 }), named("second", { retry: 1 })], { retry: 1 }],
  [
    "a filter that says nothing resets",
    [named("second", { retry: 4, ignoreFailure: true }), all()],
    { retry: 0, ignoreFailure: false },
  ],
  ["a longer time limit", [named("second", { timeoutMs: 9000, times: 2 })], { timeoutMs: 9000, times: 2 }],
  ["a shorter time limit changes nothing", [named("second", { timeoutMs: 9 })], { timeoutMs: 5000 }],
  [
    "a new environment, once asked for",
    [named("second", { useNewEnvironment: true }), all()],
    { useNewEnvironment: true },
  ],
  [
    "settings from before it was left out are gone",
    [named("second", { useNewEnvironment: true }), all(exclude), all()],
    { useNewEnvironment: false },
  ],
])("settings: %s", (_, filters, expected) => {
  const { selected } = selectCases(cases, filters);
  expect(selected.find(({ case: { name } }) => name === "second")?.settings).toMatchObject(expected);
});

test.each<[string, readonly CaseFilter[]]>([
  ["in, then out", [named("second", forceInclude), named("second", forceExclude)]],
  ["out, then in", [all(), named("second", forceExclude), named("second", forceInclude)]],
])("forced %s is a contradiction", (_, filters) => {
  expect(selectCases(cases, filters).diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
    ["X03", "error"],
  ]);
});
