import type { Combination, ListedCombinator } from "../runbook/combinators/combinator.ts";
import { listCombinations } from "../runbook/combinators/list-combinations.ts";
import { inFileOrder } from "../runbook/problems.ts";
import type { AssignedVariable, Diagnostic, LoadedRunbook, Runbook } from "../runbook/types.ts";
import type { Suite } from "../suite/suite.ts";
import { unmatchedPatterns } from "./criteria.ts";
import type { PlanOrder } from "./order.ts";
import { type CombinationPlan, Planner, type Refusals } from "./planner.ts";
import { orderTransformers, type TransformerOrder } from "./transformers.ts";

/** One combination with what it will run; combinations that run the same share one plan. */
export interface PlannedCombination {
  readonly values: Combination;
  /** Name of the run of this combination. */
  readonly name: string;
  readonly plan: CombinationPlan;
}

/** A problem, and in how many combinations it stands. */
export interface ExpandedProblem {
  readonly diagnostic: Diagnostic;
  /** 0 when it stands there whatever the values. */
  readonly combinations: number;
  /** Values of the first of them. */
  readonly first: Combination;
}

export interface ExpandedCombinator {
  readonly type: string;
  /** Undefined when the number of combinations is not known before the run. */
  readonly size: number | undefined;
  /** Why the combinations cannot be listed, a sentence; undefined when they are. */
  readonly unknown: string | undefined;
}

/** Everything a runbook would do. */
export interface ExpandedRunbook {
  /** Undefined when it has errors whatever the values. */
  readonly runbook: Runbook | undefined;
  readonly transformers: TransformerOrder["phases"] | undefined;
  readonly combinator: ExpandedCombinator | undefined;
  /** In the order in which they run; those with errors are left out. One without values when there is no combinator. */
  readonly combinations: readonly PlannedCombination[];
  /** The different plans, in the order of the first combination of each. */
  readonly plans: readonly CombinationPlan[];
  /** Combinations that were not looked at because there are too many. */
  readonly notExpanded: number;
  readonly problems: readonly ExpandedProblem[];
  readonly sources: LoadedRunbook["sources"];
  readonly secrets: ReadonlySet<string>;
}

export interface ExpandOptions {
  readonly load: (assigned: readonly AssignedVariable[]) => Promise<LoadedRunbook>;
  /** Cases there are, asked once the runbook was loaded, which may add some. */
  readonly suites: () => readonly Suite[];
  readonly refusals: Refusals;
  /** Names of cases that take the place of the runbook's selection; none leave it. */
  readonly only?: readonly string[];
  /** More combinations are counted and not looked at. */
  readonly mostCombinations: number;
  /** Default: by priority. */
  readonly order?: PlanOrder;
}

/**
 * Loads a runbook and plans each of its combinations. Selection is done once for each different list of filters, and
 * cases are looked at once for each different kind of machine, so that the cost of a combination is what it changes.
 */
export async function expandRunbook(options: ExpandOptions): Promise<ExpandedRunbook> {
  const base = await options.load([]);
  const expansion = new Expansion(options, base);
  const { runbook } = base;
  if (runbook === undefined) {
    // What the filters ask for can be looked at whatever else is wrong, so that one pass tells that too.
    expansion.addProblems(unmatchedPatterns(options.suites(), base.filters), undefined);
    return expansion.result(undefined, undefined);
  }
  const order = orderTransformers(runbook.transformers ?? []);
  expansion.addProblems(order.diagnostics, undefined);
  const listed = runbook.combinator && listCombinations(runbook.combinator);
  if (listed === undefined) await expansion.add(runbook, []);
  else await expansion.addAll(listed);
  return expansion.result(runbook, order.phases);
}

class Expansion {
  readonly #options: ExpandOptions;
  readonly #planner: Planner;
  readonly #combinations: PlannedCombination[] = [];
  readonly #plans = new Set<CombinationPlan>();
  readonly #problems = new Map<string, { diagnostic: Diagnostic; combinations: number; first: Combination }>();
  readonly #secrets = new Set<string>();
  readonly #sources: LoadedRunbook["sources"];
  #notExpanded = 0;

  constructor(options: ExpandOptions, base: LoadedRunbook) {
    this.#options = options;
    this.#planner = new Planner(options.suites(), options.refusals, options.order, options.only);
    this.#sources = base.sources;
    this.#learn(base);
    this.addProblems(base.diagnostics, undefined);
  }

  async addAll(listed: ListedCombinator): Promise<void> {
    const { load, mostCombinations } = this.#options;
    this.#notExpanded = Math.max(0, listed.size - mostCombinations);
    let left = mostCombinations;
    for (const values of listed.combinations) {
      if (left === 0) return;
      left -= 1;
      const loaded = await load(values);
      this.#learn(loaded);
      this.addProblems(loaded.diagnostics, values);
      if (loaded.runbook !== undefined) await this.add(loaded.runbook, values);
    }
  }

  async add(runbook: Runbook, values: Combination): Promise<void> {
    await this.#options.refusals.learn?.(runbook);
    const plan = this.#planner.plan(runbook);
    if (!this.#plans.has(plan)) this.#plans.add(plan);
    this.addProblems(plan.diagnostics, values.length === 0 ? undefined : values);
    this.#combinations.push({ values, name: runbook.name, plan });
  }

  /** `values` is undefined for what stands there whatever the values. */
  addProblems(diagnostics: readonly Diagnostic[], values: Combination | undefined): void {
    for (const diagnostic of diagnostics) {
      const { code, message, position } = diagnostic;
      const key = `${position?.file}:${position?.line}:${position?.column}:${code}:${message}`;
      const known = this.#problems.get(key);
      if (known === undefined) {
        this.#problems.set(key, { diagnostic, combinations: values === undefined ? 0 : 1, first: values ?? [] });
      } else if (known.combinations > 0) {
        known.combinations += 1;
      }
    }
  }

  result(runbook: Runbook | undefined, transformers: TransformerOrder["phases"] | undefined): ExpandedRunbook {
    return {
      runbook,
      transformers,
      combinator: runbook && combinatorOf(runbook),
      combinations: this.#combinations,
      plans: [...this.#plans],
      notExpanded: this.#notExpanded,
      problems: inFileOrder([...this.#problems.values()], this.#sources.keys(), ({ diagnostic }) => diagnostic),
      sources: this.#sources,
      secrets: this.#secrets,
    };
  }

  #learn({ secrets }: LoadedRunbook): void {
    for (const secret of secrets) this.#secrets.add(secret);
  }
}

function combinatorOf({ combinator }: Runbook): ExpandedCombinator | undefined {
  if (combinator === undefined) return undefined;
  const { type } = combinator;
  const size = listCombinations(combinator)?.size;
  if (size !== undefined) return { type, size, unknown: undefined };
  const unknown =
    combinator.isPending === true
      ? "Its values are outputs of transformers, which run first."
      : "Each of its combinations follows from the verdict of the one before.";
  return { type, size, unknown };
}
