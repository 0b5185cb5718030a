import type { PlanEntry } from "../../plan/plan.ts";
import type { Environment } from "../../platforms/platform.ts";
import { attendCase } from "../attend-case.ts";
import { CaseFolder } from "../case-folder.ts";
import type { EnvironmentLease } from "../environment-lease.ts";
import type { PollutionWatch } from "../pollution/pollution-watch.ts";
import { identityOf } from "../result-identity.ts";
import type { CaseOutcome } from "../run-case.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

export interface CaseOnEnvironment {
  readonly entry: PlanEntry;
  /** Held by `lease`, which is released afterwards. */
  readonly environment: Environment;
  readonly lease: EnvironmentLease;
  /** Of the case's files, relative to the run folder. */
  readonly path: string;
  readonly watch: PollutionWatch;
  readonly emit: ScheduleOptions["emit"];
}

/** Runs a case once on an environment. Throws HostExhausted when what it did could not be kept. */
export async function runOnEnvironment(
  options: ScheduleOptions,
  { entry, environment, lease, path, watch, emit }: CaseOnEnvironment,
): Promise<CaseOutcome["finished"]> {
  await using folder = new CaseFolder(options.folder.path, path, options.mask);
  const outcome = await attendCase({
    ...options,
    ...entry,
    variables: options.variables(),
    identity: identityOf(entry, options.combination),
    environment,
    folder,
    emit,
    watch,
    isShared: !options.platform.isPristineCheap,
  });
  await lease.release(outcome.isReusable);
  return outcome.finished;
}
