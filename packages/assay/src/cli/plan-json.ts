import type { ExpandedRunbook } from "../plan/expand.ts";
import type { PlanEntry } from "../plan/plan.ts";
import type { CombinationPlan } from "../plan/planner.ts";
import type { Combination } from "../runbook/combinators/combinator.ts";
import { TRANSFORMER_PHASES } from "../runbook/types.ts";
import { diagnosticJson } from "./check-formats.ts";

/** A plan as programs read it; the help of the command describes it. */
export function planJson(file: string, expanded: ExpandedRunbook, ok: boolean): object {
  const { runbook, transformers, combinator, combinations, plans, problems } = expanded;
  const ids = new Map(plans.map((plan, index) => [plan, index + 1]));
  const counts = new Map<CombinationPlan, number>();
  for (const { plan } of combinations) counts.set(plan, (counts.get(plan) ?? 0) + 1);
  return {
    ok,
    runbook: file,
    name: runbook?.name ?? null,
    diagnostics: problems.map(({ diagnostic, combinations: count, first }) => ({
      ...diagnosticJson(diagnostic),
      blocksRun: diagnostic.blocksRun === true || diagnostic.severity === "error",
      combinations: count,
      values: valuesJson(first),
    })),
    transformers: TRANSFORMER_PHASES.flatMap((phase) =>
      (transformers?.[phase] ?? []).map(({ name, type, enabled }) => ({ phase, name, type, enabled })),
    ),
    combinator:
      combinator === undefined
        ? null
        : { type: combinator.type, size: combinator.size ?? null, unknown: combinator.unknown ?? null },
    notExpanded: expanded.notExpanded,
    combinations: combinations.map(({ values, name, plan }) => ({
      values: valuesJson(values),
      name,
      plan: ids.get(plan),
    })),
    plans: plans.map((plan) => ({ id: ids.get(plan), combinations: counts.get(plan), ...onePlan(plan) })),
    totals: totalsOf(expanded),
  };
}

const valuesJson = (values: Combination): object => Object.fromEntries(values.map(({ name, value }) => [name, value]));

function onePlan({ platform, cost, entries, excluded, environments, environmentOf }: CombinationPlan): object {
  return {
    platform,
    cost,
    environments: environments.map(({ environment, count }) => ({ ...environment, count })),
    results: entries.map((entry) => resultJson(entry, environmentOf(entry).name)),
    skipped: excluded.map(({ resultId, case: testCase, reason }) => ({
      id: resultId,
      suite: testCase.suite.name,
      case: testCase.name,
      reason,
    })),
  };
}

function resultJson({ resultId, case: testCase, ...settings }: PlanEntry, environment: string): object {
  return {
    id: resultId,
    suite: testCase.suite.name,
    case: testCase.name,
    priority: testCase.priority,
    environment,
    timeoutMs: settings.timeoutMs,
    retry: settings.retry,
    ignoreFailure: settings.ignoreFailure,
    useNewEnvironment: settings.useNewEnvironment,
  };
}

/** Sums over all combinations that were looked at. */
export function totalsOf({ combinations }: ExpandedRunbook) {
  const total = { combinations: combinations.length, results: 0, skipped: 0, cost: 0 };
  for (const { plan } of combinations) {
    total.results += plan.entries.length;
    total.skipped += plan.excluded.length;
    total.cost += plan.cost;
  }
  return total;
}
