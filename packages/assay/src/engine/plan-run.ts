import { type ExpandedRunbook, expandRunbook } from "../plan/expand.ts";
import type { SchedulePolicy } from "../plan/order.ts";
import { loadRefusals } from "../run/static-refusal.ts";
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
export class PlannedRun {
  /** Everything that is known, by combination. Its texts may hold secrets, which `RunbookFile.mask` takes out. */
  readonly expanded: ExpandedRunbook;
  readonly #masked: OpenRunbookFile["masked"];

  constructor(expanded: ExpandedRunbook, masked: OpenRunbookFile["masked"]) {
    this.expanded = expanded;
    this.#masked = masked;
  }

  /** Undefined when the runbook has errors whatever the values of its combinator. */
  get runbook(): Runbook | undefined {
    return this.expanded.runbook;
  }

  /** True when there is no error. */
  get isGood(): boolean {
    return !this.expanded.problems.some(({ diagnostic }) => diagnostic.severity === "error");
  }

  /** All problems, also those of single combinations, in the order in which they stand in the files. */
  get diagnostics(): readonly Diagnostic[] {
    return this.expanded.problems.map(({ diagnostic }) => this.#masked(diagnostic));
  }

  /** Results there will be, in the order in which they start, one combination after the other. */
  get results(): readonly PlannedResult[] {
    return this.expanded.combinations.flatMap(({ values, plan }) => {
      const combination = Object.fromEntries(values.map(({ name, value }) => [name, value]));
      return plan.entries.map((entry) => ({
        resultId: entry.resultId,
        suite: entry.case.suite.name,
        case: entry.case.name,
        combination,
        platform: plan.platform,
        environment: plan.environmentOf(entry).name,
        timeoutMs: entry.timeoutMs,
      }));
    });
  }

  /** Results that will be SKIPPED, with the reason of each. */
  get skipped(): readonly SkippedResult[] {
    return this.expanded.combinations.flatMap(({ values, plan }) => {
      const combination = Object.fromEntries(values.map(({ name, value }) => [name, value]));
      return plan.excluded.map(({ resultId, case: testCase, reason }) => ({
        resultId,
        suite: testCase.suite.name,
        case: testCase.name,
        combination,
        platform: plan.platform,
        reason,
      }));
    });
  }
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
  return new PlannedRun(expanded, file.masked);
}
