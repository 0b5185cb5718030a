import { nearestSome } from "../runbook/nearest.ts";
import { compilePattern, isPlainName, PatternBudget } from "../runbook/pattern.ts";
import type { CaseCriteria, CaseFilter, Diagnostic } from "../runbook/types.ts";
import type { Case, Suite } from "../suite/suite.ts";
import { lisaSuiteOf } from "./lisa-cases.ts";

/** One criterion of a filter, ready to be asked. */
export interface Criterion {
  readonly key: keyof CaseCriteria;
  readonly matches: (testCase: Case) => boolean;
}

type PatternKey = "name" | "area" | "category";

const TEXT_OF: Readonly<Record<PatternKey, (testCase: Case) => string>> = {
  name: (testCase) => testCase.name,
  area: (testCase) => testCase.suite.area,
  category: (testCase) => testCase.suite.category,
};

/**
 * The criteria a filter gives; a case has to match all of them. Patterns that are wrong, take too long or match no case
 * of the catalogue go to `diagnostics`.
 */
export function criteriaOf(
  cases: readonly Case[],
  filter: CaseFilter,
  diagnostics: Diagnostic[],
  budget: PatternBudget,
): readonly Criterion[] {
  const { priority, tags, maturity } = filter.criteria;
  const patterns = (["name", "area", "category"] as const).flatMap((key) =>
    filter.criteria[key] === undefined ? [] : [patternCriterion(cases, filter, key, diagnostics, budget)],
  );
  return [
    ...patterns,
    ...given("priority", priority, (wanted, testCase) => wanted.includes(testCase.priority)),
    ...given("tags", tags, (wanted, testCase) => wanted.some((tag) => testCase.tags.includes(tag))),
    ...given("maturity", maturity, (wanted, testCase) => wanted.includes(testCase.maturity)),
  ];
}

/** Patterns of the filters that match no case of the catalogue, or cannot be matched. */
export function unmatchedPatterns(suites: readonly Suite[], filters: readonly CaseFilter[]): readonly Diagnostic[] {
  const cases = suites.flatMap((suite) => suite.cases);
  const diagnostics: Diagnostic[] = [];
  const budget = new PatternBudget();
  for (const filter of filters) if (filter.enabled) criteriaOf(cases, filter, diagnostics, budget);
  return diagnostics;
}

function given<T>(
  key: keyof CaseCriteria,
  wanted: readonly T[] | undefined,
  matches: (wanted: readonly T[], testCase: Case) => boolean,
): readonly Criterion[] {
  return wanted === undefined ? [] : [{ key, matches: (testCase) => matches(wanted, testCase) }];
}

/** "Any of the patterns matches"; a pattern that matches no case at all is told with near names. */
function patternCriterion(
  cases: readonly Case[],
  filter: CaseFilter,
  key: PatternKey,
  diagnostics: Diagnostic[],
  budget: PatternBudget,
): Criterion {
  const textOf = TEXT_OF[key];
  const texts = [...new Set(cases.map(textOf))];
  const matched = new Set<string>();
  for (const [index, pattern] of (filter.criteria[key] ?? []).entries()) {
    const position = filter.criteriaPositions?.[key]?.[index] ?? filter.position;
    const trail = filter.criteriaTrails?.[key]?.[index] ?? filter.trail ?? [];
    const at = { position, ...(trail.length > 0 && { trail }) };
    const compiled = compilePattern(pattern);
    if (!compiled.ok) {
      diagnostics.push({ severity: "error", code: "X02", message: compiled.message, ...at });
      continue;
    }
    const found = compiled.match(texts, budget);
    if (found === undefined) {
      const message = `The regular expression '${pattern}' takes too long to match.`;
      const help = "Nested repetitions such as '(a+)+' explode; write the pattern with one repetition.";
      diagnostics.push({ severity: "error", code: "X02", message, help, ...at });
    } else if (found.length === 0) {
      diagnostics.push(matchesNothing(pattern, key, texts, filter, at));
    }
    for (const text of found ?? []) matched.add(text);
  }
  return { key, matches: (testCase) => matched.has(textOf(testCase)) };
}

const WORDS: Readonly<Record<PatternKey, string>> = {
  name: "No case is named",
  area: "No suite has the area",
  category: "No suite has the category",
};

function matchesNothing(
  pattern: string,
  key: PatternKey,
  texts: readonly string[],
  filter: CaseFilter,
  at: Pick<Diagnostic, "position" | "trail">,
): Diagnostic {
  const isTaken = filter.selectAction === "include" || filter.selectAction === "forceInclude";
  // A plain name says that exactly this case has to run; without it the verdict would be about something else.
  const isNeeded = key === "name" && isTaken && isPlainName(pattern);
  const lisaSuite = isNeeded ? lisaSuiteOf(pattern) : undefined;
  if (lisaSuite !== undefined) {
    const help = "Take it out to run the other cases.";
    return {
      severity: "warning",
      code: "N01",
      message: notHereYet(pattern, lisaSuite),
      help,
      blocksRun: true,
      ...at,
    };
  }
  return {
    severity: isNeeded ? "error" : "warning",
    code: "X04",
    message: `${WORDS[key]} '${pattern}'.`,
    help: nearestHelp(pattern, texts),
    ...at,
  };
}

const notHereYet = (name: string, suite: string): string =>
  `The case '${name}' of LISA's suite '${suite}' is not part of this version of assay.`;

function nearestHelp(name: string, names: readonly string[]): string {
  const near = nearestSome(name, names, 3).map((item) => `'${item}'`);
  return near.length === 0 ? "'assay list' shows what there is." : `Did you mean ${near.join(" or ")}?`;
}

/** The problem of a case name that does not exist, with the nearest names. */
export function unknownCase(name: string, names: readonly string[]): Diagnostic {
  const lisaSuite = lisaSuiteOf(name);
  return {
    severity: "error",
    code: "X04",
    message: lisaSuite === undefined ? `No case is named '${name}'.` : notHereYet(name, lisaSuite),
    position: undefined,
    help: nearestHelp(name, names),
  };
}
