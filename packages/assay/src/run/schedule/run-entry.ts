import type { PlanEntry } from "../../plan/plan.ts";
import type { PollutionWatch } from "../pollution/pollution-watch.ts";
import { Tally } from "../repeat/tally.ts";
import type { CaseOutcome } from "../run-case.ts";
import type { Attempts, WorkPlace } from "./attempts.ts";
import { repeatFailed } from "./repeat-failed.ts";
import type { Requirements } from "./requirements.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

/**
 * Runs an entry of the plan to its final result: a failure as often again as its settings say. Undefined when the run
 * is cancelled before its case starts.
 */
export async function runEntry(
  options: ScheduleOptions,
  {
    entry,
    place,
    attempts,
    watch,
    requirements,
  }: {
    readonly entry: PlanEntry;
    readonly place: WorkPlace;
    readonly attempts: Attempts;
    readonly watch: PollutionWatch;
    readonly requirements: Requirements;
  },
): Promise<CaseOutcome["finished"] | undefined> {
  const tally = new Tally();
  let failure: CaseOutcome["finished"] | undefined;
  for (let attempt = 0; ; attempt++) {
    const outcome = await attempts.run(entry, place, attempt);
    if (failure !== undefined && outcome?.environment === undefined && outcome?.status === "SKIPPED") {
      // It was not tried again after all: what is known of the case stands.
      const text = `${entry.resultId} is not tried again: ${outcome.message}`;
      options.emit({ type: "notice", level: "warn", text });
      return failure;
    }
    if (outcome?.environment !== undefined) tally.add(outcome.status);
    const isFailure = outcome?.status === "FAILED" || outcome?.status === "ATTEMPTED";
    if (!isFailure || attempt >= entry.retry || options.signal.aborted) {
      if (outcome?.environment === undefined) return outcome;
      if (outcome.status === "FAILED") await repeatFailed(options, { entry, place, watch, tally, requirements });
      const repetition = tally.repetition();
      return { ...outcome, ...(repetition && { repetition }) };
    }
    failure = outcome;
    options.emit({
      type: "notice",
      level: "warn",
      text: `${entry.resultId} failed in attempt ${attempt + 1} and is tried again: ${outcome.message}`,
    });
  }
}
