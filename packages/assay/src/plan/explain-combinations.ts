import type { Combination, ListedCombinator } from "../runbook/combinators/combinator.ts";
import type { Runbook } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";
import { type CaseExplanation, explainCases } from "./explain-case.ts";
import type { Refusals } from "./planner.ts";

/** Combinations in which the same is true of a case, for the same reasons. */
export interface ExplainedCombinations {
  readonly explanation: CaseExplanation;
  readonly platform: string;
  readonly count: number;
  /** Values of the first of them. */
  readonly first: Combination;
}

export interface ExplainOptions {
  /** The runbook with the variables as they are. */
  readonly runbook: Runbook;
  /** Undefined without a combinator, and when its combinations are known in the run only. */
  readonly combinator: ListedCombinator | undefined;
  readonly load: (values: Combination) => Promise<Runbook>;
  /** The case to explain. */
  readonly testCase: Case;
  /** All cases there are. */
  readonly cases: readonly Case[];
  readonly refusals: Refusals;
  /** More combinations are not looked at. */
  readonly mostCombinations: number;
}

/** Explains a case in each combination and joins those that agree, in the order of the first of each. */
export async function explainInCombinations(options: ExplainOptions): Promise<readonly ExplainedCombinations[]> {
  const { runbook, combinator, load, mostCombinations } = options;
  if (combinator === undefined) await options.refusals.learn?.(runbook);
  if (combinator === undefined) return [{ ...explainIn(runbook, options), count: 1, first: [] }];
  const groups = new Map<string, ExplainedCombinations>();
  // Filters and platform are the same objects in combinations that do not change them.
  const known = new Map<Runbook["filters"], Map<Runbook["platform"], ReturnType<typeof explainIn>>>();
  let left = mostCombinations;
  for (const values of combinator.combinations) {
    if (left === 0) break;
    left -= 1;
    const loaded = await load(values);
    const byPlatform = known.get(loaded.filters) ?? new Map<Runbook["platform"], ReturnType<typeof explainIn>>();
    known.set(loaded.filters, byPlatform);
    await options.refusals.learn?.(loaded);
    const explained = byPlatform.get(loaded.platform) ?? explainIn(loaded, options);
    byPlatform.set(loaded.platform, explained);
    const key = JSON.stringify(explained);
    const group = groups.get(key) ?? { ...explained, count: 0, first: values };
    groups.set(key, { ...group, count: group.count + 1 });
  }
  return [...groups.values()];
}

function explainIn(
  runbook: Runbook,
  { testCase, cases, refusals }: ExplainOptions,
): Pick<ExplainedCombinations, "explanation" | "platform"> {
  const { filters, platform } = runbook;
  const explained = explainCases([testCase], { cases, filters, refuse: refusals.of(runbook) });
  const explanation = explained.get(testCase);
  if (explanation === undefined) throw new RangeError(`'${testCase.name}' was not explained`);
  return { explanation, platform: platform.type };
}
