import type { CombinationValues, ResultIdentity } from "../events/types.ts";
import type { PlanEntry } from "../plan/plan.ts";

/** What events call a result. */
export function identityOf(
  { resultId, case: { suite, name } }: Pick<PlanEntry, "resultId" | "case">,
  combination: CombinationValues | undefined,
): ResultIdentity {
  return { resultId, suite: suite.name, case: name, ...(combination === undefined ? {} : { combination }) };
}
