import type { PlanEntry } from "../../plan/plan.ts";
import type { EnvironmentLease } from "../environment-lease.ts";
import type { PollutionWatch } from "../pollution/pollution-watch.ts";
import { Tally } from "../repeat/tally.ts";
import type { CaseOutcome } from "../run-case.ts";
import type { Attempts } from "./attempts.ts";
import { repeatFailed } from "./repeat-failed.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

/**
 * Runs an entry of the plan to its final result: a failure as often again as its settings say. Undefined when the run
 * is cancelled before its case starts.
 */
export async function runEntry(
  options: ScheduleOptions,
  {
    entry,
    lease,
    attempts,
    watch,
  }: {
    readonly entry: PlanEntry;
    readonly lease: EnvironmentLease;
    readonly attempts: Attempts;
    readonly watch: PollutionWatch;
  },
): Promise<CaseOutcome["finished"] | undefined> {
  const tally = new Tally();
  for (let attempt = 0; ; attempt++) {
    const outcome = await attempts.run(entry, lease, attempt);
    if (outcome?.environment !== undefined) tally.add(outcome.status);
    const isFailure = outcome?.status === "FAILED" || outcome?.status === "ATTEMPTED";
    if (!isFailure || attempt >= entry.retry || options.signal.aborted) {
      if (outcome?.environment === undefined) return outcome;
      if (outcome.status === "FAILED") await repeatFailed(options, { entry, lease, watch, tally });
      const repetition = tally.repetition();
      return { ...outcome, ...(repetition && { repetition }) };
    }
    options.emit({
      type: "notice",
      level: "warn",
      text: `${entry.resultId} failed in attempt ${attempt + 1} and is tried again: ${outcome.message}`,
    });
  }
}
