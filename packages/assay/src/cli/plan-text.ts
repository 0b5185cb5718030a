import { formatDuration } from "../notifiers/units.ts";
import type { ExpandedRunbook } from "../plan/expand.ts";
import type { CombinationPlan } from "../plan/planner.ts";
import type { Combination } from "../runbook/combinators/combinator.ts";
import { TRANSFORMER_PHASES, type TransformerPhase } from "../runbook/types.ts";
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
  const lines = [`'${runbook?.name}'${where}: ${what}`];
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

/** The cases of each plan; plans with the cases of an earlier one only tell how they differ. */
function planLines({ plans, combinations, combinator }: ExpandedRunbook, limit: number): readonly string[] {
  const counts = new Map<CombinationPlan, number>();
  for (const { plan } of combinations) counts.set(plan, (counts.get(plan) ?? 0) + 1);
  const shown = new Map<string, number>();
  const lines: string[] = [];
  for (const [index, plan] of plans.slice(0, limit).entries()) {
    const number = index + 1;
    const key = plan.entries.map(({ resultId }) => resultId).join("\n");
    const same = shown.get(key);
    if (same === undefined) shown.set(key, number);
    if (combinator?.size !== undefined) {
      const of = counted(counts.get(plan) ?? 0, "combination");
      const what = same === undefined ? counted(plan.entries.length, "result") : `the results of plan ${same}`;
      const skipped = plan.excluded.length === 0 ? "" : `, ${plan.excluded.length} skipped`;
      lines.push("", `Plan ${number}: ${of}, each ${what}${skipped}, cost ${plan.cost}`);
    }
    lines.push("", ...environmentLines(plan));
    if (same === undefined) lines.push("", ...caseLines(plan, limit), ...skippedLines(plan, limit));
  }
  return [...lines, ...more(plans.length - limit, "plan")];
}

function environmentLines({ environments }: CombinationPlan): readonly string[] {
  const rows = environments.map(({ environment, count }) => [
    environment.use === "listed" ? "listed" : String(count),
    environment.name,
    String(environment.cost * count),
  ]);
  return rows.length === 0 ? ["Nothing runs."] : table([["COUNT", "ENVIRONMENT", "COST"], ...rows]);
}

function caseLines(plan: CombinationPlan, limit: number): readonly string[] {
  if (plan.entries.length === 0) return [];
  const rows = plan.entries.slice(0, limit).map((entry, index) => {
    const { resultId, case: testCase, timeoutMs, retry, ignoreFailure } = entry;
    const settings = [...(retry > 0 ? [`retry ${retry}`] : []), ...(ignoreFailure ? ["failure ignored"] : [])];
    const environment = plan.environmentOf(entry);
    return [
      String(index + 1),
      resultId,
      String(testCase.priority),
      formatDuration(timeoutMs),
      environment.name,
      settings.join(", "),
    ];
  });
  return [
    ...table([["ORDER", "RESULT", "PRIORITY", "LIMIT", "ENVIRONMENT", ""], ...rows]),
    ...more(plan.entries.length - limit, "result"),
  ];
}

function skippedLines({ excluded }: CombinationPlan, limit: number): readonly string[] {
  if (excluded.length === 0) return [];
  const rows = excluded.slice(0, limit).map(({ resultId, reason }) => [resultId, reason]);
  return ["", ...table([["SKIPPED", "REASON"], ...rows]), ...more(excluded.length - limit, "result")];
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
