import { UsageError } from "../errors/catalogue.ts";
import { unknownCase } from "../plan/criteria.ts";
import { type ExplainedCombinations, explainInCombinations } from "../plan/explain-combinations.ts";
import { fullNameOf } from "../plan/select.ts";
import { loadRefusals } from "../run/static-refusal.ts";
import { listCombinations } from "../runbook/combinators/list-combinations.ts";
import type { Case } from "../suite/suite.ts";
import type { CheckedRunbook } from "./checked-runbook.ts";
import { MOST_COMBINATIONS } from "./most-combinations.ts";

/** Why a case runs or does not, in each combination of a runbook. */
export interface ExplainedCase {
  readonly testCase: Case;
  readonly groups: readonly ExplainedCombinations[];
  /** The combinations are known in the run only; what is told holds for the variables as they are. */
  readonly isOpen: boolean;
}

/** Explains the cases of a name; the documentation stands with `explain` of the library. */
export async function explainCases(name: string, checked: CheckedRunbook): Promise<readonly ExplainedCase[]> {
  const { runbook, extensions, load } = checked;
  const cases = extensions.suites.flatMap((suite) => suite.cases);
  const refusals = await loadRefusals();
  const combinator = runbook.combinator && listCombinations(runbook.combinator);
  const isOpen = runbook.combinator !== undefined && combinator === undefined;
  const explained: ExplainedCase[] = [];
  for (const testCase of findCases(name, cases)) {
    const groups = await explainInCombinations({
      runbook,
      combinator,
      load: async (values) => (await load(values)).runbook,
      testCase,
      cases,
      refusals,
      mostCombinations: MOST_COMBINATIONS,
    });
    explained.push({ testCase, groups, isOpen });
  }
  return explained;
}

function findCases(name: string, cases: readonly Case[]): readonly Case[] {
  const wanted = name.toLowerCase();
  const found = cases.filter((each) => each.name.toLowerCase() === wanted || fullNameOf(each).toLowerCase() === wanted);
  if (found.length > 0) return found;
  const { message, help } = unknownCase(
    name,
    cases.map((each) => each.name),
  );
  throw new UsageError(message, help === undefined ? {} : { help });
}
