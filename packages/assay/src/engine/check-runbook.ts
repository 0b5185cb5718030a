import { type ExpandedProblem, expandRunbook } from "../plan/expand.ts";
import { variableNotes } from "../runbook/variables/notes.ts";
import { MOST_COMBINATIONS } from "./most-combinations.ts";
import type { OpenRunbookFile } from "./runbook-file.ts";

/** Everything that is wrong with a runbook, or may be. */
export interface RunbookCheck {
  /** True when there is no error. */
  readonly isGood: boolean;
  /** In the order in which they stand in the files; their texts may hold secrets, which `RunbookFile.mask` takes out. */
  readonly problems: readonly ExpandedProblem[];
  /** How many results there will be. */
  readonly results: number;
}

/** What `check` may be told. */
export interface CheckOptions {
  /** A key that stands twice is an error. Default: false. */
  readonly isStrict?: boolean;
}

/** Loads the runbook and each of its combinations and selects their cases; which platform serves them is not asked. */
export async function checkRunbook(file: OpenRunbookFile, { isStrict = false }: CheckOptions): Promise<RunbookCheck> {
  const { runbook, problems, combinations } = await expandRunbook({
    load: (assigned) => file.load(assigned),
    suites: () => file.suites,
    refusals: { sectionKeys: [], of: () => () => undefined },
    mostCombinations: MOST_COMBINATIONS,
  });
  // With errors some files or sections were not looked at, which may use what seems unused.
  const notes = runbook === undefined ? [] : variableNotes(file.trace, namesIn(runbook.transformers ?? []));
  const found = [...problems, ...notes.map((diagnostic) => ({ diagnostic, combinations: 0, first: [] }))];
  const judged = isStrict ? found.map(asStrict) : found;
  return {
    isGood: !judged.some(({ diagnostic }) => diagnostic.severity === "error"),
    problems: judged,
    results: combinations.reduce((sum, { plan }) => sum + plan.entries.length, 0),
  };
}

const asStrict = (problem: ExpandedProblem): ExpandedProblem =>
  problem.diagnostic.code === "F04"
    ? { ...problem, diagnostic: { ...problem.diagnostic, severity: "error" } }
    : problem;

/** Every text in the inputs of transformers, in lower case: some take names of variables, which count as uses. */
function namesIn(inputs: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (typeof inputs === "string") names.add(inputs.toLowerCase());
  else if (typeof inputs === "object" && inputs !== null)
    for (const item of Object.values(inputs)) namesIn(item, names);
  return names;
}
