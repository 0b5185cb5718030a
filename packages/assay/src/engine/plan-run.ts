import { type ExpandedRunbook, expandRunbook } from "../plan/expand.ts";
import type { SchedulePolicy } from "../plan/order.ts";
import type { ExcludedCase } from "../plan/plan.ts";
import type { CombinationPlan } from "../plan/planner.ts";
import { loadRefusals } from "../run/static-refusal.ts";
import type { Combination } from "../runbook/combinators/combinator.ts";
import type { Diagnostic, Runbook } from "../runbook/types.ts";
import { MOST_COMBINATIONS } from "./most-combinations.ts";
import { planOrder } from "./plan-order.ts";
import type { OpenRunbookFile } from "./runbook-file.ts";

/** What `plan` may be told. */
export interface PlanOptions {
  /** Names of cases, as `case` or `Suite.case`, in place of the runbook's selection. */
  readonly cases?: readonly string[];
  /** More combinations of the runbook's combinator are counted and not looked at. Default: 10000. */
  readonly mostCombinations?: number;
  /** As for a run. */
  readonly schedule?: SchedulePolicy;
  /** Folder of the runs, among which `fail-fast` looks for the last one. Default: `runs` in the working directory. */
  readonly logPath?: string;
}

/** One result there will be. */
export interface PlannedResult {
  /** `Suite.case`, with `#n` when the case runs several times; the same for each combination. */
  readonly resultId: string;
  readonly suite: string;
  readonly case: string;
  /** Values of the combinator, by variable; empty without one. */
  readonly combination: Readonly<Record<string, unknown>>;
  readonly platform: string;
  /** What it runs on, in words; the name of one that the runbook lists. */
  readonly environment: string;
  readonly timeoutMs: number;
}

/** A result that will be SKIPPED, because its platform cannot serve the case. */
export interface SkippedResult extends Pick<PlannedResult, "resultId" | "suite" | "case" | "combination" | "platform"> {
  /** A sentence. */
  readonly reason: string;
}

/** What a runbook would run. */
export interface PlannedRun {
  /** Undefined when the runbook has errors whatever the values of its combinator. */
  readonly runbook: Runbook | undefined;
  /** True when there is no error. */
  readonly isGood: boolean;
  /** All problems, also those of single combinations, in the order in which they stand in the files. */
  readonly diagnostics: readonly Diagnostic[];
  /** Results there will be, in the order in which they start, one combination after the other. */
  readonly results: readonly PlannedResult[];
  /** Results that will be SKIPPED, with the reason of each. */
  readonly skipped: readonly SkippedResult[];
  /** Everything that is known, by combination. Its texts may hold secrets, which `RunbookFile.mask` takes out. */
  readonly expanded: ExpandedRunbook;
}

class Planned implements PlannedRun {
  readonly expanded: ExpandedRunbook;
  readonly #masked: OpenRunbookFile["masked"];

  constructor(expanded: ExpandedRunbook, masked: OpenRunbookFile["masked"]) {
    this.expanded = expanded;
    this.#masked = masked;
  }

  get runbook(): Runbook | undefined {
    return this.expanded.runbook;
  }

  get isGood(): boolean {
    return !this.expanded.problems.some(({ diagnostic }) => diagnostic.severity === "error");
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.expanded.problems.map(({ diagnostic }) => this.#masked(diagnostic));
  }

  get results(): readonly PlannedResult[] {
    return this.expanded.combinations.flatMap(({ values, plan }) =>
      plan.entries.map((entry) => ({
        ...identityOf(entry, values, plan),
        environment: plan.environmentOf(entry).name,
        timeoutMs: entry.timeoutMs,
      })),
    );
  }

  get skipped(): readonly SkippedResult[] {
    return this.expanded.combinations.flatMap(({ values, plan }) =>
      plan.excluded.map((entry) => ({ ...identityOf(entry, values, plan), reason: entry.reason })),
    );
  }
}

function identityOf(
  { resultId, case: testCase }: Pick<ExcludedCase, "resultId" | "case">,
  values: Combination,
  { platform }: CombinationPlan,
): Omit<SkippedResult, "reason"> {
  const combination = Object.fromEntries(values.map(({ name, value }) => [name, value]));
  return { resultId, suite: testCase.suite.name, case: testCase.name, combination, platform };
}

/** Plans each combination of a runbook for the platform it names; the documentation stands with `plan` of the library. */
export async function planRun(file: OpenRunbookFile, options: PlanOptions): Promise<PlannedRun> {
  const { cases = [], mostCombinations = MOST_COMBINATIONS } = options;
  const expanded = await expandRunbook({
    load: (assigned) => file.load(assigned),
    suites: () => file.suites,
    only: cases,
    refusals: await loadRefusals(),
    mostCombinations,
    order: planOrder(options, file.path),
  });
  return new Planned(expanded, file.masked);
}
