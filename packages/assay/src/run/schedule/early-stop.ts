import type { PlanEntry } from "../../plan/plan.ts";
import { identityOf } from "../result-identity.ts";
import type { CaseOutcome } from "../run-case.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

type Options = Pick<ScheduleOptions, "isStoppedByFailure" | "failedBefore" | "combination">;

/** Ends a schedule at its first failure, where the runbook wants that. */
export class EarlyStop {
  readonly #options: Options;
  #firstFailure: string | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#firstFailure = options.isStoppedByFailure ? options.failedBefore : undefined;
  }

  note({ status, resultId }: CaseOutcome["finished"]): void {
    if (this.#options.isStoppedByFailure && status === "FAILED") this.#firstFailure ??= resultId;
  }

  /** The result of an entry that is not run any more; undefined while it is. */
  resultOf(entry: PlanEntry): CaseOutcome["finished"] | undefined {
    if (this.#firstFailure === undefined) return undefined;
    return {
      type: "case-finished",
      ...identityOf(entry, this.#options.combination),
      status: "SKIPPED",
      message: `'${this.#firstFailure}' failed, and the runbook stops at the first failure (exit_on_first_failure).`,
      durationMs: 0,
      rebootMs: 0,
      environment: undefined,
    };
  }
}
