import { nearestSome } from "../runbook/nearest.ts";
import { compilePattern, isPlainName } from "../runbook/pattern.ts";
import type { CaseCriteria, CaseFilter, Diagnostic } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";

/** How a selected case is to be run. */
export interface CaseSettings {
  readonly times: number;
  readonly retry: number;
  readonly timeoutMs: number;
  readonly useNewEnvironment: boolean;
  readonly ignoreFailure: boolean;
}

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
  readonly selected: Map<string, SelectedCase>;
  /** The filter that forced each case in or out, for the message of a conflict. */
  readonly forcedIn: Map<string, CaseFilter>;
  readonly forcedOut: Map<string, CaseFilter>;
  readonly maturityApproved: Set<string>;
  readonly diagnostics: Diagnostic[];
}

/**
 * Applies the `testcase` filters in order. Without any filter every stable case is selected. Cases that are not stable
 * stay only when they were forced in or a filter asked for their maturity.
 */
export function selectCases(cases: readonly Case[], filters: readonly CaseFilter[]): Selection {
  const state: State = {
    selected: new Map(),
    forcedIn: new Map(),
    forcedOut: new Map(),
    maturityApproved: new Set(),
    diagnostics: [],
  };
  if (filters.length === 0) {
    for (const testCase of cases)
      state.selected.set(fullNameOf(testCase), { case: testCase, settings: ownSettings(testCase) });
  }
  for (const filter of filters) {
    if (!filter.enabled) continue;
    const matching = matchingCases(cases, filter, state.diagnostics);
    apply(filter, matching, state);
  }
  return { selected: stableOnly(state), diagnostics: state.diagnostics };
}

function apply(filter: CaseFilter, matching: readonly Case[], state: State): void {
  const { selected, forcedIn, forcedOut } = state;
  const action = filter.selectAction;
  if (action === "forceExclude" && matching.length > 0 && !matching.some((item) => selected.has(fullNameOf(item)))) {
    state.diagnostics.push({
      severity: "warning",
      code: "X04",
      message: "This 'forceExclude' takes nothing out, because none of its cases is selected so far.",
      position: filter.position,
      help: "Move it below the entries that select the cases.",
    });
  }
  for (const testCase of matching) {
    const name = fullNameOf(testCase);
    const isSelected = selected.has(name);
    if (action === "include" || action === "forceInclude" || action === "none") {
      if (action === "none" ? !isSelected : action === "include" && forcedOut.has(name)) continue;
      if (action === "forceInclude") {
        if (forcedOut.has(name)) {
          state.diagnostics.push(forceConflict(name, filter, forcedOut.get(name)));
          continue;
        }
        forcedIn.set(name, filter);
      }
      if (filter.criteria.maturity !== undefined) state.maturityApproved.add(name);
      const before = selected.get(name)?.settings ?? ownSettings(testCase);
      selected.set(name, { case: testCase, settings: withFilter(before, filter) });
    } else if (isSelected) {
      if (action === "forceExclude") {
        if (forcedIn.has(name)) {
          state.diagnostics.push(forceConflict(name, filter, forcedIn.get(name)));
          continue;
        }
        forcedOut.set(name, filter);
      }
      if (!forcedIn.has(name)) selected.delete(name);
    }
  }
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

function forceConflict(name: string, filter: CaseFilter, earlier: CaseFilter | undefined): Diagnostic {
  const place = earlier?.position;
  const where = place === undefined ? "" : ` at ${place.file}:${place.line}:${place.column}`;
  const [now, before] = filter.selectAction === "forceInclude" ? ["in", "out"] : ["out", "in"];
  return {
    severity: "error",
    code: "X03",
    message: `The case '${name}' is forced ${now} here but was forced ${before}${where}.`,
    position: filter.position,
    help: "Keep one of the two entries.",
  };
}

function stableOnly(state: State): readonly SelectedCase[] {
  const kept: SelectedCase[] = [];
  for (const [name, item] of state.selected) {
    const { maturity } = item.case;
    if (maturity !== "stable" && !state.forcedIn.has(name) && !state.maturityApproved.has(name)) continue;
    if (maturity === "deprecated") {
      state.diagnostics.push({
        severity: "warning",
        code: "X07",
        message: `The case '${name}' is deprecated and will be removed.`,
        position: undefined,
      });
    }
    kept.push(item);
  }
  return kept;
}

function matchingCases(cases: readonly Case[], filter: CaseFilter, diagnostics: Diagnostic[]): readonly Case[] {
  const { criteria } = filter;
  const byName = anyPattern(cases, filter, "name", (testCase) => testCase.name, diagnostics);
  const byArea = anyPattern(cases, filter, "area", (testCase) => testCase.suite.area, diagnostics);
  const byCategory = anyPattern(cases, filter, "category", (testCase) => testCase.suite.category, diagnostics);
  return cases.filter(
    (testCase) =>
      byName(testCase) &&
      byArea(testCase) &&
      byCategory(testCase) &&
      (criteria.priority === undefined || criteria.priority.includes(testCase.priority)) &&
      (criteria.tags === undefined || criteria.tags.some((tag) => testCase.tags.includes(tag))) &&
      (criteria.maturity === undefined || criteria.maturity.includes(testCase.maturity)),
  );
}

/** Gives a predicate "any of the patterns matches"; a pattern that matches no case at all is told with near names. */
function anyPattern(
  cases: readonly Case[],
  filter: CaseFilter,
  criterion: "name" | "area" | "category",
  textOf: (testCase: Case) => string,
  diagnostics: Diagnostic[],
): (testCase: Case) => boolean {
  const patterns = filter.criteria[criterion];
  if (patterns === undefined) return () => true;
  const texts = [...new Set(cases.map(textOf))];
  const matched = new Set<string>();
  for (const [index, pattern] of patterns.entries()) {
    const position = filter.criteriaPositions?.[criterion]?.[index] ?? filter.position;
    const compiled = compilePattern(pattern);
    if (!compiled.ok) {
      diagnostics.push({ severity: "error", code: "X02", message: compiled.message, position });
      continue;
    }
    const found = compiled.match(texts);
    if (found === undefined) {
      const message = `The regular expression '${pattern}' takes too long to match.`;
      const help = "Nested repetitions such as '(a+)+' explode; write the pattern with one repetition.";
      diagnostics.push({ severity: "error", code: "X02", message, position, help });
    } else if (found.length === 0) {
      diagnostics.push(matchesNothing(pattern, criterion, texts, filter, position));
    }
    for (const text of found ?? []) matched.add(text);
  }
  return (testCase) => matched.has(textOf(testCase));
}

const WORDS: Readonly<Record<"name" | "area" | "category", string>> = {
  name: "No case is named",
  area: "No suite has the area",
  category: "No suite has the category",
};

function matchesNothing(
  pattern: string,
  criterion: keyof CaseCriteria & ("name" | "area" | "category"),
  texts: readonly string[],
  filter: CaseFilter,
  position: Diagnostic["position"],
): Diagnostic {
  const isTaken = filter.selectAction === "include" || filter.selectAction === "forceInclude";
  return {
    // A plain name says that exactly this case has to run; without it the verdict would be about something else.
    severity: criterion === "name" && isTaken && isPlainName(pattern) ? "error" : "warning",
    code: "X04",
    message: `${WORDS[criterion]} '${pattern}'.`,
    position,
    help: nearestHelp(pattern, texts),
  };
}

function nearestHelp(name: string, names: readonly string[]): string {
  const near = nearestSome(name, names, 3).map((item) => `'${item}'`);
  return near.length === 0 ? "'assay list' shows what there is." : `Did you mean ${near.join(" or ")}?`;
}

/** The problem of a case name that does not exist, with the nearest names. */
export function unknownCase(name: string, names: readonly string[]): Diagnostic {
  return {
    severity: "error",
    code: "X04",
    message: `No case is named '${name}'.`,
    position: undefined,
    help: nearestHelp(name, names),
  };
}
