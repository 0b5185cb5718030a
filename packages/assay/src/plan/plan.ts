import type { Diagnostic, Runbook } from "../runbook/types.ts";
import type { Case, Suite } from "../suite/suite.ts";
import { unknownCase } from "./criteria.ts";
import { environmentFinder, type PlannedEnvironment } from "./environments.ts";
import { DEFAULT_ORDER, orderEntries, type PlanOrder } from "./order.ts";
import type { Machines } from "./predefined.ts";
import { fullNameOf, ownSettings, type Selection, selectCases } from "./select.ts";
import { orderTransformers } from "./transformers.ts";

/** One result there will be. */
export interface PlanEntry {
  /** `<suite>.<case>`, with `#n` when the case runs more than once. */
  readonly resultId: string;
  readonly case: Case;
  readonly timeoutMs: number;
  readonly retry: number;
  readonly ignoreFailure: boolean;
  readonly useNewEnvironment: boolean;
  /** Entries of a lower tier start first; inside one those that find an environment ready may start before others. */
  readonly tier: number;
}

/** A case that is selected but that the platform cannot serve. */
export interface ExcludedCase {
  readonly resultId: string;
  readonly case: Case;
  /** A sentence for the skip reason. */
  readonly reason: string;
}

export interface Plan {
  /** In the order in which they should start. */
  readonly entries: readonly PlanEntry[];
  readonly excluded: readonly ExcludedCase[];
  /** Cases of the suites that nobody asked for. */
  readonly notSelected: readonly Case[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface PlanOptions {
  readonly runbook: Pick<Runbook, "filters" | "transformers"> & Machines;
  readonly suites: readonly Suite[];
  /** Names of cases from the command line, as `case` or `Suite.case`; they take the place of the runbook's selection. */
  readonly only?: readonly string[];
  /** Why the platform cannot serve a case; undefined when it can. */
  readonly refuse: (testCase: Case) => string | undefined;
  /** Default: by priority. */
  readonly order?: PlanOrder;
}

/** Decides which cases run, how often and in which order. Pure and deterministic: the same input gives the same plan. */
export function makePlan({ runbook, suites, only = [], refuse, order = DEFAULT_ORDER }: PlanOptions): Plan {
  const cases = suites.flatMap((suite) => suite.cases);
  const selection = selectCases(cases, runbook.filters);
  const chosen = only.length === 0 ? selection : chooseNamed(cases, selection, only);
  const excluded: ExcludedCase[] = [];
  const served: (typeof chosen.selected)[number][] = [];
  for (const item of chosen.selected) {
    const reason = refuse(item.case);
    if (reason === undefined) served.push(item);
    else excluded.push({ resultId: fullNameOf(item.case), case: item.case, reason });
  }
  const entries = served.flatMap(({ case: testCase, settings }) =>
    Array.from({ length: settings.times }, () => ({
      resultId: fullNameOf(testCase),
      case: testCase,
      timeoutMs: settings.timeoutMs,
      retry: settings.retry,
      ignoreFailure: settings.ignoreFailure,
      useNewEnvironment: settings.useNewEnvironment,
      tier: 0,
    })),
  );
  const findEnvironment = environmentFinder(runbook);
  const places = new Map<Case, PlannedEnvironment>();
  const placeOf = ({ case: testCase }: PlanEntry): PlannedEnvironment => {
    const place = places.get(testCase) ?? findEnvironment(testCase.requires);
    places.set(testCase, place);
    return place;
  };
  const selected = new Set(chosen.selected.map((item) => item.case));
  const notSelected = cases.filter((testCase) => !selected.has(testCase));
  const { diagnostics } = orderTransformers(runbook.transformers ?? []);
  return {
    entries: orderEntries(numbered(entries), placeOf, order),
    excluded,
    notSelected,
    diagnostics: [...diagnostics, ...chosen.diagnostics],
  };
}

function numbered(entries: readonly PlanEntry[]): readonly PlanEntry[] {
  const totals = new Map<string, number>();
  for (const { resultId } of entries) totals.set(resultId, (totals.get(resultId) ?? 0) + 1);
  const used = new Map<string, number>();
  return entries.map((entry) => {
    if (totals.get(entry.resultId) === 1) return entry;
    const number = (used.get(entry.resultId) ?? 0) + 1;
    used.set(entry.resultId, number);
    return { ...entry, resultId: `${entry.resultId}#${number}` };
  });
}

/** The named cases in the order they were named, with the settings the runbook gives those it selects. */
function chooseNamed(cases: readonly Case[], selection: Selection, only: readonly string[]): Selection {
  const bySelection = new Map(selection.selected.map((item) => [fullNameOf(item.case), item]));
  const selected = new Map<string, Selection["selected"][number]>();
  const diagnostics: Diagnostic[] = selection.diagnostics.filter((diagnostic) => diagnostic.code !== "X04");
  for (const name of only) {
    const wanted = name.toLowerCase();
    const found = cases.filter(
      (testCase) => testCase.name.toLowerCase() === wanted || fullNameOf(testCase).toLowerCase() === wanted,
    );
    for (const testCase of found) {
      const fullName = fullNameOf(testCase);
      selected.set(fullName, bySelection.get(fullName) ?? { case: testCase, settings: ownSettings(testCase) });
    }
    if (found.length === 0) {
      diagnostics.push(
        unknownCase(
          name,
          cases.map((testCase) => testCase.name),
        ),
      );
    }
  }
  return { selected: [...selected.values()], diagnostics };
}
