import { PatternBudget } from "../runbook/pattern.ts";
import type { CaseFilter, Diagnostic } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";
import { type Criterion, criteriaOf } from "./criteria.ts";
import type { CaseSettings, SelectionListener, SelectionStep } from "./selection-step.ts";

export interface SelectedCase {
  readonly case: Case;
  readonly settings: CaseSettings;
}

export interface Selection {
  /** In order of first inclusion. */
  readonly selected: readonly SelectedCase[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `Suite.case`, unique among all cases. */
export const fullNameOf = (testCase: Case): string => `${testCase.suite.name}.${testCase.name}`;

/** What a case says of itself, before any filter. */
export function ownSettings(testCase: Case): CaseSettings {
  return {
    times: 1,
    retry: 0,
    timeoutMs: testCase.timeoutMs,
    useNewEnvironment: testCase.useNewEnvironment ?? false,
    ignoreFailure: false,
  };
}

interface State {
  readonly selected: Map<Case, SelectedCase>;
  /** The filter that forced each case in or out, for the message of a conflict. */
  readonly forcedIn: Map<Case, CaseFilter>;
  readonly forcedOut: Map<Case, CaseFilter>;
  /** The first filter that asked for the maturity of each case. */
  readonly maturityApproved: Map<Case, CaseFilter>;
  readonly diagnostics: Diagnostic[];
  readonly tell: SelectionListener | undefined;
}

/**
 * Applies the `testcase` filters in order. Without any filter every stable case is selected. Cases that are not stable
 * stay only when they were forced in or a filter asked for their maturity. `tell` hears why, case by case.
 */
export function selectCases(
  cases: readonly Case[],
  filters: readonly CaseFilter[],
  tell?: SelectionListener,
): Selection {
  const state: State = {
    selected: new Map(),
    forcedIn: new Map(),
    forcedOut: new Map(),
    maturityApproved: new Map(),
    diagnostics: [],
    tell,
  };
  if (filters.length === 0) {
    for (const testCase of cases) {
      const settings = ownSettings(testCase);
      state.selected.set(testCase, { case: testCase, settings });
      tell?.(testCase, { kind: "unfiltered", settings });
    }
  }
  const budget = new PatternBudget();
  for (const filter of filters) {
    if (!filter.enabled) {
      if (tell !== undefined) for (const testCase of cases) tell(testCase, { kind: "disabled", filter });
      continue;
    }
    const criteria = criteriaOf(cases, filter, state.diagnostics, budget);
    if (tell !== undefined) tellUnmatched(cases, filter, criteria, tell);
    const matching = cases.filter((testCase) => criteria.every(({ matches }) => matches(testCase)));
    apply(filter, matching, state);
  }
  return { selected: stableOnly(state), diagnostics: state.diagnostics };
}

function tellUnmatched(
  cases: readonly Case[],
  filter: CaseFilter,
  criteria: readonly Criterion[],
  tell: SelectionListener,
): void {
  for (const testCase of cases) {
    const failing = criteria.filter(({ matches }) => !matches(testCase)).map(({ key }) => key);
    if (failing.length > 0) tell(testCase, { kind: "unmatched", filter, criteria: failing });
  }
}

function apply(filter: CaseFilter, matching: readonly Case[], state: State): void {
  const action = filter.selectAction;
  if (action === "forceExclude" && matching.length > 0 && !matching.some((item) => state.selected.has(item))) {
    state.diagnostics.push({
      severity: "warning",
      code: "X04",
      message: "This 'forceExclude' takes nothing out, because none of its cases is selected so far.",
      ...placeOf(filter),
      help: "Move it below the entries that select the cases.",
    });
  }
  const isTaking = action === "include" || action === "forceInclude" || action === "none";
  for (const testCase of matching) {
    const step = isTaking ? take(testCase, filter, state) : leaveOut(testCase, filter, state);
    state.tell?.(testCase, step);
  }
}

/** `include` and `forceInclude` add a case; those and `none` change the settings of one that is there. */
function take(testCase: Case, filter: CaseFilter, state: State): SelectionStep {
  const { selected, forcedIn, forcedOut, maturityApproved } = state;
  const action = filter.selectAction;
  const before = selected.get(testCase)?.settings;
  if (action === "none" && before === undefined) return { kind: "idle", filter };
  const outBy = forcedOut.get(testCase);
  if (action === "include" && outBy !== undefined) return { kind: "refused", filter, by: outBy };
  if (action === "forceInclude") {
    if (outBy !== undefined) return conflict(testCase, filter, outBy, state);
    forcedIn.set(testCase, filter);
  }
  if (filter.criteria.maturity !== undefined && !maturityApproved.has(testCase)) maturityApproved.set(testCase, filter);
  const settings = withFilter(before ?? ownSettings(testCase), filter);
  selected.set(testCase, { case: testCase, settings });
  return before === undefined ? { kind: "added", filter, settings } : { kind: "changed", filter, before, settings };
}

/** `exclude` and `forceExclude` work on cases that are selected so far. */
function leaveOut(testCase: Case, filter: CaseFilter, state: State): SelectionStep {
  const { selected, forcedIn, forcedOut } = state;
  if (!selected.has(testCase)) return { kind: "idle", filter };
  const inBy = forcedIn.get(testCase);
  if (filter.selectAction === "forceExclude") {
    if (inBy !== undefined) return conflict(testCase, filter, inBy, state);
    forcedOut.set(testCase, filter);
  }
  if (inBy !== undefined) return { kind: "refused", filter, by: inBy };
  selected.delete(testCase);
  return { kind: "removed", filter };
}

/** Later filters overwrite, even with defaults they do not mention; a time limit can only grow, a new environment only be added. */
function withFilter(before: CaseSettings, filter: CaseFilter): CaseSettings {
  return {
    times: filter.times,
    retry: filter.retry,
    ignoreFailure: filter.ignoreFailure,
    useNewEnvironment: before.useNewEnvironment || filter.useNewEnvironment,
    timeoutMs: Math.max(before.timeoutMs, filter.timeoutMs),
  };
}

function conflict(testCase: Case, filter: CaseFilter, by: CaseFilter, { diagnostics }: State): SelectionStep {
  const place = by.position;
  const where = place === undefined ? "" : ` at ${place.file}:${place.line}:${place.column}`;
  const [now, before] = filter.selectAction === "forceInclude" ? ["in", "out"] : ["out", "in"];
  diagnostics.push({
    severity: "error",
    code: "X03",
    message: `The case '${fullNameOf(testCase)}' is forced ${now} here but was forced ${before}${where}.`,
    ...placeOf(filter),
    help: "Keep one of the two entries.",
  });
  return { kind: "conflict", filter, by };
}

const placeOf = ({ position, trail }: CaseFilter): Pick<Diagnostic, "position" | "trail"> => ({
  position,
  ...(trail !== undefined && { trail }),
});

function stableOnly({ selected, forcedIn, maturityApproved, diagnostics, tell }: State): readonly SelectedCase[] {
  const kept: SelectedCase[] = [];
  for (const [testCase, item] of selected) {
    if (testCase.maturity === "stable") {
      kept.push(item);
      continue;
    }
    const forcedBy = forcedIn.get(testCase);
    const by = forcedBy ?? maturityApproved.get(testCase);
    if (by === undefined) {
      tell?.(testCase, { kind: "gate", outcome: "dropped" });
      continue;
    }
    tell?.(testCase, { kind: "gate", outcome: forcedBy === undefined ? "approved" : "forced", by });
    if (testCase.maturity === "deprecated") {
      diagnostics.push({
        severity: "warning",
        code: "X07",
        message: `The case '${fullNameOf(testCase)}' is deprecated and will be removed.`,
        ...placeOf(by),
      });
    }
    kept.push(item);
  }
  return kept;
}
