import type { CaseFilter, Diagnostic, Runbook } from "../runbook/types.ts";
import type { CaseRequirement } from "../suite/requirement.ts";
import type { Case, Suite } from "../suite/suite.ts";
import { environmentFinder, type PlannedEnvironment } from "./environments.ts";
import { DEFAULT_ORDER, orderEntries, type PlanOrder } from "./order.ts";
import { type ExcludedCase, makePlan, type Plan, type PlanEntry } from "./plan.ts";

/** What one combination runs, where, and what it costs. Combinations that run the same share one. */
export interface CombinationPlan {
  readonly platform: string;
  /** In the order in which they start. */
  readonly entries: readonly PlanEntry[];
  readonly excluded: readonly ExcludedCase[];
  readonly environmentOf: (entry: PlanEntry) => PlannedEnvironment;
  readonly environments: readonly { readonly environment: PlannedEnvironment; readonly count: number }[];
  /** Points of all environments: one a processor, a hundred a graphics processor. */
  readonly cost: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Tells why the platform of a runbook cannot serve a case. */
export interface Refusals {
  /** Keys of the platform's own section that make a difference. */
  readonly sectionKeys: readonly string[];
  /** Finds out what {@link of} has to know of this machine for a runbook that asks for it. */
  learn?(runbook: Runbook): Promise<void>;
  /** A sentence; undefined when it can. */
  of(runbook: Runbook): (testCase: Case) => string | undefined;
}

/** What the machines of a runbook mean for each different requirement of the cases. */
interface Served {
  readonly reasons: ReadonlyMap<string, string>;
  readonly environments: ReadonlyMap<string, PlannedEnvironment>;
  /** Equal texts for equal reasons, and for equal environments. */
  readonly reasonsKey: string;
  readonly environmentsKey: string;
}

/** Plans one runbook after the other, and each thing once that is the same in several of them. */
export class Planner {
  readonly #suites: readonly Suite[];
  readonly #refusals: Refusals;
  readonly #only: readonly string[];
  readonly #planOrder: PlanOrder;
  /** One case of each different requirement. */
  readonly #kinds: ReadonlyMap<string, Case>;
  readonly #kindOf: ReadonlyMap<Case, string>;
  readonly #served = new Map<string, Served>();
  readonly #servedBy = new WeakMap<object, Map<object | undefined, Served>>();
  readonly #filterKeys = new WeakMap<readonly CaseFilter[], string>();
  /** Selected cases, by filters and reasons. */
  readonly #selected = new Map<string, Plan>();
  readonly #plans = new Map<string, CombinationPlan>();

  constructor(
    suites: readonly Suite[],
    refusals: Refusals,
    order: PlanOrder = DEFAULT_ORDER,
    only: readonly string[] = [],
  ) {
    this.#suites = suites;
    this.#refusals = refusals;
    this.#only = only;
    this.#planOrder = order;
    const kinds = new Map<string, Case>();
    const kindOf = new Map<Case, string>();
    for (const testCase of suites.flatMap((suite) => suite.cases)) {
      const kind = kindOfRequirement(testCase.requires);
      kindOf.set(testCase, kind);
      if (!kinds.has(kind)) kinds.set(kind, testCase);
    }
    this.#kinds = kinds;
    this.#kindOf = kindOf;
  }

  plan(runbook: Runbook): CombinationPlan {
    const served = this.#serve(runbook);
    const selectionKey = `${this.#filterKey(runbook.filters)}\n${served.reasonsKey}`;
    const key = `${selectionKey}\n${served.environmentsKey}`;
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      plan = this.#place(runbook.platform.type, this.#select(runbook.filters, served, selectionKey), served);
      this.#plans.set(key, plan);
    }
    return plan;
  }

  #select(filters: readonly CaseFilter[], { reasons }: Served, key: string): Plan {
    let selected = this.#selected.get(key);
    if (selected === undefined) {
      const refuse = (testCase: Case): string | undefined => reasons.get(this.#kindOf.get(testCase) ?? "");
      selected = makePlan({ runbook: { filters }, suites: this.#suites, only: this.#only, refuse });
      this.#selected.set(key, selected);
    }
    return selected;
  }

  /** Filters are the same object for combinations that do not change them; others are compared by what they say. */
  #filterKey(filters: readonly CaseFilter[]): string {
    const known = this.#filterKeys.get(filters);
    if (known !== undefined) return known;
    const key = JSON.stringify(filters);
    this.#filterKeys.set(filters, key);
    return key;
  }

  #serve(runbook: Runbook): Served {
    const { platform, environment } = runbook;
    const byEnvironment = this.#servedBy.get(platform) ?? new Map<object | undefined, Served>();
    this.#servedBy.set(platform, byEnvironment);
    let served = byEnvironment.get(environment);
    if (served === undefined) {
      const { type, requirement, ignoredCapability, section } = platform;
      const read = this.#refusals.sectionKeys.map((name) => section[name]);
      const key = JSON.stringify([type, requirement, ignoredCapability, read, environment]);
      served = this.#served.get(key) ?? this.#look(runbook);
      this.#served.set(key, served);
      byEnvironment.set(environment, served);
    }
    return served;
  }

  #look(runbook: Runbook): Served {
    const refuse = this.#refusals.of(runbook);
    const find = environmentFinder(runbook);
    const reasons = new Map<string, string>();
    const environments = new Map<string, PlannedEnvironment>();
    for (const [kind, testCase] of this.#kinds) {
      const reason = refuse(testCase);
      if (reason === undefined) environments.set(kind, find(testCase.requires));
      else reasons.set(kind, reason);
    }
    const environmentsKey = JSON.stringify([runbook.platform.type, [...environments]]);
    return { reasons, environments, reasonsKey: JSON.stringify([...reasons]), environmentsKey };
  }

  #place(platform: string, { entries: selected, excluded, diagnostics }: Plan, served: Served): CombinationPlan {
    const environmentOf = ({ case: testCase }: PlanEntry): PlannedEnvironment => {
      const environment = served.environments.get(this.#kindOf.get(testCase) ?? "");
      if (environment === undefined) throw new RangeError(`'${testCase.name}' has no environment`);
      return environment;
    };
    const entries = orderEntries(selected, environmentOf, this.#planOrder);
    const counts = new Map<string, { readonly environment: PlannedEnvironment; count: number; hasShared: boolean }>();
    for (const entry of entries) {
      const environment = environmentOf(entry);
      const known = counts.get(environment.name) ?? { environment, count: 0, hasShared: false };
      counts.set(environment.name, known);
      const isOwn = environment.use === "own" || (environment.use === "shared" && entry.useNewEnvironment);
      if (isOwn || !known.hasShared) known.count += 1;
      known.hasShared ||= !isOwn;
    }
    const environments = [...counts.values()].map(({ environment, count }) => ({ environment, count }));
    const cost = environments.reduce((sum, { environment, count }) => sum + environment.cost * count, 0);
    return { platform, entries, excluded, environmentOf, environments, cost, diagnostics };
  }
}

/** Equal texts for requirements that read the same. */
function kindOfRequirement({ features = [], excludedFeatures = [], ...rest }: CaseRequirement): string {
  const named = (list: CaseRequirement["features"] = []) => list.map(({ name, settings }) => [name, settings]);
  return JSON.stringify([Object.entries(rest).toSorted(), named(features), named(excludedFeatures)]);
}
