import type { PlanEntry } from "../../plan/plan.ts";
import { EnvironmentLease } from "../environment-lease.ts";
import { PollutionWatch } from "../pollution/pollution-watch.ts";
import type { CaseOutcome } from "../run-case.ts";
import { Attempts } from "./attempts.ts";
import { DeploymentFailures } from "./deployment-failures.ts";
import { EarlyStop } from "./early-stop.ts";
import { runEntry } from "./run-entry.ts";
import type { ScheduleOptions, ScheduleResult } from "./schedule-options.ts";

/** Runs the entries in order, `concurrency` at a time, each on an environment that fits it. */
export async function schedule(options: ScheduleOptions): Promise<ScheduleResult> {
  const queue = options.entries.values();
  const finished: ScheduleResult["finished"][number][] = [];
  const background = new Set<Promise<void>>();
  const watch = new PollutionWatch();
  const failures = new DeploymentFailures();
  const attempts = new Attempts(options, watch, failures);
  const early = new EarlyStop(options);

  const worker = async (): Promise<void> => {
    await using lease = new EnvironmentLease({
      ...options,
      nextName: () => `${options.platform.type}-${options.nextEnvironment()}`,
      inBackground: (work) => {
        background.add(work);
        work.finally(() => background.delete(work));
      },
    });
    for (const entry of queue) {
      await options.disk.room();
      if (options.signal.aborted || failures.gaveUp !== undefined) return;
      const outcome = early.resultOf(entry) ?? (await runInTurn(entry, lease));
      if (outcome === undefined) continue;
      options.emit(outcome);
      finished.push(outcome);
      early.note(outcome);
    }
  };

  const runInTurn = async (entry: PlanEntry, lease: EnvironmentLease): Promise<CaseOutcome["finished"] | undefined> => {
    const all = { entry, lease, attempts, watch };
    if (options.shared === undefined) return await runEntry(options, all);
    const { slots, rank } = options.shared;
    using slot = await slots.take(rank, options.signal).catch(() => undefined);
    if (slot === undefined) return undefined;
    return early.resultOf(entry) ?? (await runEntry(options, all));
  };

  const count = Math.max(1, Math.min(options.concurrency, options.entries.length));
  const workers = Array.from({ length: count }, worker);
  options.shared?.onQueued();
  await Promise.all(workers);
  await Promise.all(background);
  return { finished, gaveUp: failures.gaveUp, deploymentFailures: failures.total };
}
