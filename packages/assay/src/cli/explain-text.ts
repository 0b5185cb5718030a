import type { ExplainedCase } from "../engine/index.ts";
import type { ExplainedSetting } from "../plan/explain-case.ts";
import type { ExplainedCombinations } from "../plan/explain-combinations.ts";
import { fullNameOf } from "../plan/select.ts";
import { placeText } from "../runbook/problems.ts";
import type { Position } from "../runbook/types.ts";
import type { ValuePlace, VariableExplanation } from "../runbook/variables/explain.ts";
import type { Case } from "../suite/suite.ts";
import { valuesText } from "./plan-text.ts";
import { table } from "./table.ts";

const VERDICTS = {
  runs: "runs",
  skipped: "is selected and would be SKIPPED",
  excluded: "does not run",
} as const;

/** Why a case runs or does not, for people. */
export function caseText({ testCase, groups, isOpen }: ExplainedCase): string {
  if (groups.length === 0) return `${fullNameOf(testCase)} does not run.\n  The combinator has no combinations.`;
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const open = isOpen ? ["The combinations are known in the run only; this is with the variables as they are."] : [];
  return [...open, ...groups.map((group) => groupText(testCase, group, total))].join("\n\n");
}

function groupText(
  testCase: Case,
  { explanation, platform, count, first }: ExplainedCombinations,
  total: number,
): string {
  const { outcome, reason, steps, settings } = explanation;
  const where = outcome === "excluded" ? "" : ` on the platform '${platform}'`;
  const rows = steps.map(({ kind, position, text }) => [
    position === undefined ? (RULES[kind] ?? "") : placeText(position),
    text,
  ]);
  const given = settings.map(({ key, value, from }) => [
    key,
    String(value) + (key === "timeout" ? " seconds" : ""),
    giverOf(from),
  ]);
  const among = first.length === 0 ? "" : `In ${count} of ${total} combinations, first ${valuesText(first)}:\n`;
  return [
    `${among}${fullNameOf(testCase)} ${VERDICTS[outcome]}${where}.`,
    `  ${reason}`,
    "",
    "What was asked, in order",
    ...table(rows),
    ...(given.length === 0 ? [] : ["", "How it runs", ...table(given)]),
  ].join("\n");
}

/** Names of rules that stand in no file. */
const RULES: Readonly<Record<string, string>> = {
  gate: "maturity",
  platform: "platform",
  unfiltered: "no testcase",
  added: "no testcase",
  unmatched: "no testcase",
};

const giverOf = (from: ExplainedSetting["from"]): string =>
  from === undefined
    ? "the case itself"
    : from.position === undefined
      ? "default"
      : `${placeText(from.position)}${from.name === "" ? "" : ` '${from.name}'`}`;

/** The same for programs: one entry for each group of combinations that agree. */
export function caseJson({ testCase, groups, isOpen }: ExplainedCase): readonly object[] {
  return groups.map(({ explanation, platform, count, first }) => {
    const { outcome, reason, position, steps, settings } = explanation;
    return {
      suite: testCase.suite.name,
      case: testCase.name,
      platform,
      combinations: isOpen ? null : count,
      values: Object.fromEntries(first.map(({ name, value }) => [name, value])),
      outcome,
      reason,
      ...placeJson(position),
      steps: steps.map((step) => ({ kind: step.kind, text: step.text, ...placeJson(step.position) })),
      settings: settings.map(({ key, value, from }) => ({
        key,
        value,
        from: from === undefined ? "case" : "runbook",
        ...placeJson(from?.position),
      })),
    };
  });
}

const placeJson = (position: Position | undefined): object => ({
  file: position?.file ?? null,
  line: position?.line ?? null,
  column: position?.column ?? null,
});

/** Where a variable has its value from, for people. */
export function variableText(explanation: VariableExplanation): string {
  const { name, shown, type, isSecret, isCaseVisible, from, overrides, conversion, references, uses } = explanation;
  const { combinations } = explanation;
  const isSetInEach = combinations !== undefined && type === "unknown";
  const marks = [type, ...(isSecret ? ["secret"] : []), ...(isCaseVisible ? ["visible to cases"] : [])];
  const section = (title: string, rows: readonly (readonly string[])[]): readonly string[] =>
    rows.length === 0 ? [] : ["", title, ...table(rows)];
  return [
    isSetInEach ? `${name} is set in each combination` : `${name} = ${shown} (${marks.join(", ")})`,
    ...(isSetInEach
      ? []
      : [`  ${from.giver === undefined ? `set at ${sourceText(from)}` : `set by ${from.giver}`}: ${from.shown}`]),
    ...(conversion === undefined ? [] : [`  ${conversion}`]),
    ...(combinations === undefined ? [] : [`  ${combinations.giver} sets it to ${combinations.shown.join(", ")}`]),
    ...section(
      "It takes the place of",
      overrides.map((each) => [sourceText(each), each.shown]),
    ),
    ...section(
      "It is made of",
      references.map((each) => [`$(${each.name})`, each.shown, sourceText(each)]),
    ),
    ...(uses.length === 0 ? ["", "It is used nowhere."] : []),
    ...section(
      "It is used at",
      uses.map(({ position, text }) => [placeText(position), text.replaceAll(/\s+/g, " ").slice(0, 100)]),
    ),
  ].join("\n");
}

const sourceText = ({ giver, position }: ValuePlace): string =>
  giver ?? (position === undefined ? "nowhere" : placeText(position));

/** The same for programs. */
export function variableJson(explanation: VariableExplanation): object {
  const { name, shown, type, isSecret, isCaseVisible, from, overrides, conversion, references, uses } = explanation;
  const source = (place: ValuePlace): object => ({
    source: place.giver ?? null,
    ...placeJson(place.position),
    value: place.shown,
  });
  return {
    name,
    value: shown,
    type,
    secret: isSecret,
    caseVisible: isCaseVisible,
    from: source(from),
    overrides: overrides.map(source),
    conversion: conversion ?? null,
    combinations:
      explanation.combinations === undefined
        ? null
        : { source: explanation.combinations.giver, values: explanation.combinations.shown },
    references: references.map((each) => ({ name: each.name, ...source(each) })),
    uses: uses.map(({ position, text }) => ({ ...placeJson(position), text })),
  };
}
