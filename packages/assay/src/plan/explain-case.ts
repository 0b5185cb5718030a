import { placeText } from "../runbook/problems.ts";
import type { CaseCriteria, CaseFilter, Position } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";
import { ownSettings, selectCases } from "./select.ts";
import type { CaseSettings, SelectionStep } from "./selection-step.ts";

/** Why a case runs, is left out or would be skipped. */
export interface CaseExplanation {
  /** `skipped`: it is selected, and the platform cannot serve it. */
  readonly outcome: "runs" | "skipped" | "excluded";
  /** The rule that decides, a sentence. */
  readonly reason: string;
  /** Where that rule stands; undefined for rules that stand in no file. */
  readonly position: Position | undefined;
  /** Everything that was asked of the case, in order. */
  readonly steps: readonly ExplainedStep[];
  /** How it would run; empty when it is not selected. */
  readonly settings: readonly ExplainedSetting[];
}

export interface ExplainedStep {
  readonly kind: SelectionStep["kind"] | "platform";
  readonly position: Position | undefined;
  /** What happened, without a subject: `adds it`. */
  readonly text: string;
}

export interface ExplainedSetting {
  /** As runbooks spell it. */
  readonly key: "times" | "retry" | "timeout" | "use_new_environment" | "ignore_failure";
  /** `timeout` in seconds. */
  readonly value: number | boolean;
  /** The entry that gave it; undefined when the case itself says so. */
  readonly from: CaseFilter | undefined;
}

interface ExplainOptions {
  /** All cases there are. */
  readonly cases: readonly Case[];
  readonly filters: readonly CaseFilter[];
  /** Why the platform cannot serve a case; undefined when it can. */
  readonly refuse: (testCase: Case) => string | undefined;
}

/** Selects once more, listening to what happens to each of the `wanted` cases. */
export function explainCases(
  wanted: readonly Case[],
  { cases, filters, refuse }: ExplainOptions,
): ReadonlyMap<Case, CaseExplanation> {
  const steps = new Map(wanted.map((testCase) => [testCase, [] as SelectionStep[]]));
  const { selected } = selectCases(cases, filters, (each, step) => steps.get(each)?.push(step));
  const taken = new Set(selected.map((item) => item.case));
  const explained = wanted.map((testCase) => {
    const refusal = taken.has(testCase) ? { reason: refuse(testCase) } : undefined;
    return [testCase, explain(testCase, steps.get(testCase) ?? [], refusal)] as const;
  });
  return new Map(explained);
}

/** `selected` is undefined for a case that is left out; its reason says why the platform cannot serve the case. */
function explain(
  testCase: Case,
  steps: readonly SelectionStep[],
  selected: { readonly reason: string | undefined } | undefined,
): CaseExplanation {
  const explained = steps.map((step) => ({
    kind: step.kind,
    position: positionOf(step),
    text: `${textOf(step, testCase)}${isPending(step) ? PENDING : ""}`,
  }));
  if (selected === undefined) {
    return { outcome: "excluded", ...whyExcluded(steps, testCase), steps: explained, settings: [] };
  }
  const refusal = selected.reason;
  const settings = settingsOf(steps, testCase);
  const platform: ExplainedStep = {
    kind: "platform",
    position: undefined,
    text: refusal === undefined ? "can serve it" : `cannot serve it: ${refusal}`,
  };
  const verdict =
    refusal === undefined
      ? { outcome: "runs" as const, ...whySelected(steps) }
      : { outcome: "skipped" as const, reason: `The platform cannot serve it: ${refusal}`, position: undefined };
  return { ...verdict, steps: [...explained, platform], settings };
}

const isPending = (step: SelectionStep): boolean => "filter" in step && step.filter.isPending === true;

const PENDING = " (as far as known: some of its values come from the run)";

const positionOf = (step: SelectionStep): Position | undefined =>
  "filter" in step ? step.filter.position : "by" in step ? step.by.position : undefined;

/** `r.yml:3:5`, or what stands for an entry the runbook does not have. */
export const placeOfFilter = ({ position }: CaseFilter): string =>
  position === undefined ? "the selection of a runbook without 'testcase'" : placeText(position);

function textOf(step: SelectionStep, testCase: Case): string {
  switch (step.kind) {
    case "disabled":
      return "is switched off ('enabled: false')";
    case "unmatched":
      return `is about other cases: ${step.criteria.map((key) => mismatch(key, step.filter, testCase)).join("; ")}`;
    case "idle":
      return step.filter.selectAction === "none"
        ? "changes only cases that are selected, which it is not here ('select_action: none')"
        : "takes out only cases that are selected, which it is not here";
    case "unfiltered":
      return "selects it, as every case: the runbook has no entries";
    case "added":
      return step.filter.selectAction === "forceInclude" ? "forces it in" : "adds it";
    case "changed":
      return `${step.filter.selectAction === "forceInclude" ? "forces it in and " : ""}${changes(step)}`;
    case "removed":
      return step.filter.selectAction === "forceExclude" ? "forces it out" : "takes it out";
    case "refused":
      return step.filter.selectAction === "include"
        ? `would add it, but it was forced out by ${placeOfFilter(step.by)}`
        : `would take it out, but it was forced in by ${placeOfFilter(step.by)}`;
    case "conflict":
      return `contradicts ${placeOfFilter(step.by)}, which forces it the other way`;
    case "gate":
      return gateText(step, testCase);
  }
}

function gateText(step: Extract<SelectionStep, { kind: "gate" }>, { maturity }: Case): string {
  switch (step.outcome) {
    case "dropped":
      return `drops it: its maturity is '${maturity}', and no entry asks for that or forces it in`;
    case "forced":
      return `lets it pass although its maturity is '${maturity}': ${placeOfFilter(step.by)} forces it in`;
    case "approved":
      return `lets it pass: ${placeOfFilter(step.by)} asks for the maturity '${maturity}'`;
  }
}

function mismatch(key: keyof CaseCriteria, { criteria }: CaseFilter, testCase: Case): string {
  const own: Readonly<Record<keyof CaseCriteria, string>> = {
    name: `'${testCase.name}'`,
    area: `'${testCase.suite.area}'`,
    category: `'${testCase.suite.category}'`,
    priority: String(testCase.priority),
    tags: testCase.tags.length === 0 ? "none" : testCase.tags.map((tag) => `'${tag}'`).join(", "),
    maturity: `'${testCase.maturity}'`,
  };
  const wanted = (criteria[key] ?? []).map((item) => (typeof item === "number" ? item : `'${item}'`)).join(" or ");
  return `its ${key} ${key === "tags" ? "are" : "is"} ${own[key]}, not ${wanted}`;
}

const KEYS = ["times", "retry", "timeout", "use_new_environment", "ignore_failure"] as const;

const valuesOf = (settings: CaseSettings): Readonly<Record<ExplainedSetting["key"], number | boolean>> => ({
  times: settings.times,
  retry: settings.retry,
  timeout: settings.timeoutMs / 1000,
  use_new_environment: settings.useNewEnvironment,
  ignore_failure: settings.ignoreFailure,
});

function changes({ before, settings }: { readonly before: CaseSettings; readonly settings: CaseSettings }): string {
  const [from, to] = [valuesOf(before), valuesOf(settings)];
  const changed = KEYS.filter((key) => from[key] !== to[key]);
  if (changed.length === 0) return "matches it and leaves its settings as they are";
  return `changes ${changed.map((key) => `${key} ${from[key]} to ${to[key]}`).join(", ")}`;
}

/** A time limit and a new environment stay what they were where an entry asks for no more; the others are overwritten. */
const STICKY: ReadonlySet<ExplainedSetting["key"]> = new Set(["timeout", "use_new_environment"]);

function settingsOf(steps: readonly SelectionStep[], testCase: Case): readonly ExplainedSetting[] {
  const own = valuesOf(ownSettings(testCase));
  let values = own;
  const from = new Map<ExplainedSetting["key"], CaseFilter>();
  for (const step of steps) {
    if (step.kind !== "added" && step.kind !== "changed") continue;
    if (step.kind === "added") from.clear();
    const before = step.kind === "added" ? own : values;
    values = valuesOf(step.settings);
    for (const key of KEYS) {
      if (!STICKY.has(key) || values[key] !== before[key]) from.set(key, step.filter);
    }
  }
  return KEYS.map((key) => ({ key, value: values[key], from: from.get(key) }));
}

type Why = Pick<CaseExplanation, "reason" | "position">;

function whySelected(steps: readonly SelectionStep[]): Why {
  const added = steps.findLast((step) => step.kind === "added");
  if (added === undefined) {
    return { reason: "The runbook has no entries, so every stable case runs.", position: undefined };
  }
  const { position, selectAction } = added.filter;
  if (position === undefined) return { reason: `It belongs to ${placeOfFilter(added.filter)}.`, position };
  const verb = selectAction === "forceInclude" ? "forces it in" : "adds it";
  return { reason: `${labelOf(added.filter)} ${verb}.`, position };
}

function whyExcluded(steps: readonly SelectionStep[], testCase: Case): Why {
  const last = steps.findLast(({ kind }) => kind === "removed" || kind === "refused" || kind === "gate");
  if (last?.kind === "removed") {
    return { reason: `${labelOf(last.filter)} ${textOf(last, testCase)}.`, position: last.filter.position };
  }
  if (last?.kind === "refused") return { reason: `${labelOf(last.by)} forces it out.`, position: last.by.position };
  const reason =
    last?.kind === "gate"
      ? `Its maturity is '${testCase.maturity}', and no entry asks for that or forces it in.`
      : "No entry of 'testcase' selects it.";
  return { reason, position: undefined };
}

const labelOf = (filter: CaseFilter): string =>
  `The entry ${filter.name === "" ? "" : `'${filter.name}' `}at ${placeOfFilter(filter)}`;
