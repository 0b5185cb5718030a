import { HostExhausted } from "../../errors/catalogue.ts";
import type { PlanEntry } from "../../plan/plan.ts";
import type { Environment } from "../../platforms/platform.ts";
import type { PollutionWatch } from "../pollution/pollution-watch.ts";
import type { Tally } from "../repeat/tally.ts";
import { identityOf } from "../result-identity.ts";
import type { CaseOutcome } from "../run-case.ts";
import { verdictOfError } from "../verdict-of-error.ts";
import type { WorkPlace } from "./attempts.ts";
import { runOnEnvironment } from "./case-on-environment.ts";
import type { Requirements } from "./requirements.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

/** Runs a failed case again and again on fresh environments; stops early where there are none. */
export async function repeatFailed(
  options: ScheduleOptions,
  {
    entry,
    place,
    watch,
    tally,
    requirements,
  }: {
    readonly entry: PlanEntry;
    readonly place: WorkPlace;
    readonly watch: PollutionWatch;
    readonly tally: Tally;
    readonly requirements: Requirements;
  },
): Promise<void> {
  const { disk, emit, signal } = options;
  const { lease, turn } = place;
  const times = options.aftercare.repeatFailures;
  const identity = identityOf(entry, options.combination);
  const stop = (why: string): void =>
    emit({ type: "notice", level: "warn", text: `${entry.resultId} is not repeated further: ${why}` });
  for (let time = 1; time <= times && !signal.aborted; time++) {
    let environment: Environment;
    try {
      environment = await lease.acquire(requirements.of(entry.case), true, turn);
    } catch (error) {
      if (signal.aborted) return;
      const { message } = verdictOfError(error, false, "deployment");
      return stop(message);
    }
    const path = `cases/${entry.resultId}-repeat-${time}`;
    // A repetition is evidence of its result and no result itself: its folder has the rest.
    const once = { entry, environment, lease, path, watch, emit: () => undefined };
    let repeated: CaseOutcome["finished"];
    try {
      repeated = await runOnEnvironment(options, once);
    } catch (error) {
      if (!(error instanceof HostExhausted)) throw error;
      // The result itself is there; it is worth more than one more repetition of it.
      await lease.release(false);
      await disk.room(error);
      return stop(error.message);
    }
    const { status, message, durationMs } = repeated;
    if (signal.aborted) return;
    tally.add(status);
    const told = { status, message, durationMs, environment: environment.name, folder: path, time, times };
    emit({ type: "case-repeated", ...identity, ...told });
  }
}
