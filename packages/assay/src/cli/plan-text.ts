import type { ExpandedRunbook } from "../plan/expand.ts";
import type { CombinationPlan } from "../plan/planner.ts";
import type { Combination } from "../runbook/combinators/combinator.ts";
import { TRANSFORMER_PHASES, type TransformerPhase } from "../runbook/types.ts";
import { formatDuration } from "../units/readable.ts";
import { totalsOf } from "./plan-json.ts";
import { table } from "./table.ts";

/** A plan for people; tables are cut after `limit` lines. */
export function planText(expanded: ExpandedRunbook, limit: number): string {
  return [
    ...summary(expanded),
    ...transformerLines(expanded),
    ...planLines(expanded, limit),
    ...combinationLines(expanded, limit),
    ...missingLines(expanded),
  ].join("\n");
}

/** Such as `image=a size=2`. */
export function valuesText(values: Combination): string {
  const shown = values.map(
    ({ name, value }) => `${name}=${typeof value === "string" && value !== "" ? value : JSON.stringify(value)}`,
  );
  return shown.length === 0 ? "the variables as they are" : shown.join(" ");
}

function summary(expanded: ExpandedRunbook): readonly string[] {
  const { runbook, combinator, plans, notExpanded } = expanded;
  const totals = totalsOf(expanded);
  const platforms = [...new Set(plans.map(({ platform }) => `'${platform}'`))].join(", ");
  const where = platforms === "" ? "" : ` on ${platforms}`;
  const skipped = totals.skipped === 0 ? "" : `, ${totals.skipped} skipped`;
  const what = `${counted(totals.results, "result")}${skipped}, cost ${totals.cost}`;
  const lines = [`'${runbook?.file}'${where}: ${what}`];
  if (combinator === undefined) return lines;
  const { type, size, unknown } = combinator;
  if (unknown !== undefined) {
    return [...lines, "", `Combinator '${type}': this is one combination. ${unknown}`];
  }
  const kinds = plans.length === 1 ? "all with the same plan" : `${plans.length} different plans`;
  const rest = notExpanded === 0 ? "" : ` (the last ${notExpanded} were not looked at)`;
  return [...lines, "", `Combinator '${type}': ${counted(size ?? 0, "combination")}, ${kinds}${rest}`];
}

const WHEN: Readonly<Record<TransformerPhase, string>> = {
  init: "before everything",
  expanded: "before each combination",
  environment_connected: "on each node that was connected",
  expanded_cleanup: "after each combination",
  cleanup: "at the end",
};

function transformerLines({ transformers }: ExpandedRunbook): readonly string[] {
  const rows = TRANSFORMER_PHASES.flatMap((phase) =>
    (transformers?.[phase] ?? []).map(({ name, type, enabled }) => [
      phase,
      name,
      type,
      enabled ? WHEN[phase] : "switched off",
    ]),
  );
  return rows.length === 0 ? [] : ["", ...table([["PHASE", "TRANSFORMER", "TYPE", "WHEN"], ...rows])];
}

/** What the plans differ in, then the results and what is skipped, once for all plans that have the same. */
function planLines({ plans, combinations, combinator }: ExpandedRunbook, limit: number): readonly string[] {
  const orders = sharedBy(plans, ({ entries }) => entries.map(({ resultId }) => resultId).join("\n"));
  const skips = sharedBy(plans, ({ excluded }) =>
    JSON.stringify(excluded.map(({ resultId, reason }) => [resultId, reason])),
  );
  const isAlone = combinator?.size === undefined;
  const title = (what: string, { numbers }: Shared): readonly string[] =>
    isAlone || plans.length === 1 ? [""] : ["", `${what} in ${plansInWords(numbers)}`];
  return [
    ...(isAlone ? [] : ["", ...overview(plans, combinations, limit)]),
    ...(plans.length === 1 ? ["", ...plans.flatMap((plan) => environmentLines(plan))] : []),
    ...orders.slice(0, limit).flatMap((shared) => [...title("Results", shared), ...caseLines(shared, limit)]),
    ...skips
      .filter(({ plan }) => plan.excluded.length > 0)
      .slice(0, limit)
      .flatMap((shared) => [...title("Skipped", shared), ...skippedLines(shared.plan, limit)]),
  ];
}

/** A plan with the numbers of all plans that have the same of something. */
interface Shared {
  readonly plan: CombinationPlan;
  readonly numbers: number[];
}

function sharedBy(plans: readonly CombinationPlan[], keyOf: (plan: CombinationPlan) => string): readonly Shared[] {
  const groups = new Map<string, Shared>();
  for (const [index, plan] of plans.entries()) {
    const key = keyOf(plan);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { plan, numbers: [index + 1] });
    else known.numbers.push(index + 1);
  }
  return [...groups.values()];
}

const MOST_NUMBERS = 10;

function plansInWords(numbers: readonly number[]): string {
  const rest = numbers.length - MOST_NUMBERS;
  const shown = numbers.slice(0, MOST_NUMBERS).join(", ");
  return `${numbers.length === 1 ? "plan" : "plans"} ${shown}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function overview(
  plans: readonly CombinationPlan[],
  combinations: ExpandedRunbook["combinations"],
  limit: number,
): readonly string[] {
  const counts = new Map<CombinationPlan, number>();
  for (const { plan } of combinations) counts.set(plan, (counts.get(plan) ?? 0) + 1);
  const rows = plans
    .slice(0, limit)
    .map((plan, index) => [
      String(index + 1),
      String(counts.get(plan) ?? 0),
      plan.platform,
      String(plan.entries.length),
      String(plan.excluded.length),
      String(plan.cost),
      environmentsInWords(plan),
    ]);
  const head = ["PLAN", "COMBINATIONS", "PLATFORM", "RESULTS", "SKIPPED", "COST", "ENVIRONMENTS"];
  return plans.length === 0 ? [] : [...table([head, ...rows]), ...more(plans.length - limit, "plan")];
}

/** The most used ones; more would make the line longer than any terminal. */
const MOST_ENVIRONMENTS = 2;

function environmentsInWords({ environments }: CombinationPlan): string {
  const rest = environments.length - MOST_ENVIRONMENTS;
  const shown = environments
    .toSorted((left, right) => right.count - left.count)
    .slice(0, MOST_ENVIRONMENTS)
    .map(({ environment, count }) =>
      environment.use === "listed" ? environment.name : `${count} × ${environment.name}`,
    );
  return `${shown.join("; ")}${rest > 0 ? `; ${rest} more` : ""}`;
}

function environmentLines({ environments }: CombinationPlan): readonly string[] {
  const rows = environments.map(({ environment, count }) => [
    environment.use === "listed" ? "listed" : String(count),
    environment.name,
    String(environment.cost * count),
  ]);
  return rows.length === 0 ? ["  Nothing runs."] : table([["COUNT", "ENVIRONMENT", "COST"], ...rows]);
}

function caseLines({ plan, numbers }: Shared, limit: number): readonly string[] {
  if (plan.entries.length === 0) return numbers.length === 1 ? [] : ["  Nothing runs."];
  const isOnePlan = numbers.length === 1;
  const rows = plan.entries.slice(0, limit).map((entry, index) => {
    const { resultId, case: testCase, timeoutMs, retry, ignoreFailure } = entry;
    const settings = [...(retry > 0 ? [`retry ${retry}`] : []), ...(ignoreFailure ? ["failure ignored"] : [])];
    return [
      String(index + 1),
      resultId,
      String(testCase.priority),
      formatDuration(timeoutMs),
      ...(isOnePlan ? [plan.environmentOf(entry).name] : []),
      settings.join(", "),
    ];
  });
  const head = ["ORDER", "RESULT", "PRIORITY", "LIMIT", ...(isOnePlan ? ["ENVIRONMENT"] : []), ""];
  return [...table([head, ...rows]), ...more(plan.entries.length - limit, "result")];
}

function skippedLines({ excluded }: CombinationPlan, limit: number): readonly string[] {
  const rows = excluded.slice(0, limit).map(({ resultId, reason }) => [resultId, reason]);
  return [...table([["SKIPPED", "REASON"], ...rows]), ...more(excluded.length - limit, "result")];
}

function combinationLines({ combinations, combinator, plans }: ExpandedRunbook, limit: number): readonly string[] {
  if (combinator?.size === undefined || combinations.length === 0) return [];
  const ids = new Map(plans.map((plan, index) => [plan, String(index + 1)]));
  const rows = combinations
    .slice(0, limit)
    .map(({ values, plan }, index) => [String(index + 1), ids.get(plan) ?? "", valuesText(values)]);
  return [
    "",
    ...table([["COMBINATION", "PLAN", "VALUES"], ...rows]),
    ...more(combinations.length - limit, "combination"),
  ];
}

function missingLines({ problems }: ExpandedRunbook): readonly string[] {
  const missing = problems.filter(({ diagnostic }) => diagnostic.blocksRun === true);
  if (missing.length === 0) return [];
  return ["", "A run is refused:", ...missing.map(({ diagnostic }) => `  ${diagnostic.message}`)];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const more = (count: number, noun: string): readonly string[] =>
  count > 0 ? [`  and ${counted(count, `more ${noun}`)}; '--limit 0' shows all`] : [];
