import type { PlanEntry } from "../../plan/plan.ts";
import { BusyWait } from "../deploy/busy-wait.ts";
import { Deployer } from "../deploy/deployer.ts";
import { HostGates } from "../deploy/host-gates.ts";
import { Turn } from "../deploy/turn.ts";
import { EnvironmentLease } from "../environment-lease.ts";
import { HealthGate } from "../health/health-gate.ts";
import { PollutionWatch } from "../pollution/pollution-watch.ts";
import type { CaseOutcome } from "../run-case.ts";
import { Attempts } from "./attempts.ts";
import { Backlog } from "./backlog.ts";
import { EarlyStop } from "./early-stop.ts";
import { Requirements } from "./requirements.ts";
import { runEntry } from "./run-entry.ts";
import type { ScheduleOptions, ScheduleResult } from "./schedule-options.ts";

/**
 * Runs the entries in the order of the plan, `concurrency` at a time, each on an environment that fits it. Every entry
 * has a result at the end, unless the run is cancelled.
 */
export async function schedule(options: ScheduleOptions): Promise<ScheduleResult> {
  const { platform, emit, signal, shared } = options;
  const requirements = new Requirements(options.machines);
  const backlog = new Backlog(options.entries, requirements);
  const finished: ScheduleResult["finished"][number][] = [];
  const background = new Set<Promise<void>>();
  const watch = new PollutionWatch();
  const gate = new HealthGate({ name: `platform '${platform.type}'`, settings: options.circuit, emit });
  const deployer = deployerFor(options, gate, background);
  const attempts = new Attempts(options, watch, requirements);
  const early = new EarlyStop(options);
  /** What ends the run; the others finish what they have begun, because the platform is theirs until then. */
  let failure: { readonly error: unknown } | undefined;

  const runInTurn = async (entry: PlanEntry, lease: EnvironmentLease): Promise<CaseOutcome["finished"] | undefined> => {
    try {
      using turn = await Turn.begin(shared, signal);
      await options.disk.room();
      if (signal.aborted) return undefined;
      const place = { lease, turn };
      return early.resultOf(entry) ?? (await runEntry(options, { entry, place, attempts, watch, requirements }));
    } catch (error) {
      if (signal.aborted && error === signal.reason) return undefined;
      throw error;
    }
  };

  const worker = async (): Promise<void> => {
    await using lease = new EnvironmentLease(deployer, platform);
    for (let entry = backlog.take(); entry !== undefined; entry = backlog.take(lease.heldFor)) {
      const outcome = await runInTurn(entry, lease);
      if (outcome === undefined) return;
      emit(outcome);
      finished.push(outcome);
      early.note(outcome);
      if (failure !== undefined) return;
    }
  };
  const runWorker = (): Promise<void> =>
    worker().catch((error: unknown) => {
      failure ??= { error };
    });

  const count = Math.max(1, Math.min(options.concurrency, options.entries.length));
  const workers = Array.from({ length: count }, runWorker);
  shared?.onQueued();
  await Promise.all(workers);
  await Promise.all(background);
  if (failure !== undefined) throw failure.error;
  return { finished, gaveUp: gate.gaveUp, deploymentFailures: attempts.deploymentFailures };
}

function deployerFor(options: ScheduleOptions, gate: HealthGate, background: Set<Promise<void>>): Deployer {
  const { platform, emit, signal, circuit, nextEnvironment, resources } = options;
  const say = (text: string): void => emit({ type: "notice", level: "info", text });
  return new Deployer({
    ...options,
    ...resources,
    nextName: () => `${platform.type}-${nextEnvironment()}`,
    inBackground: (work) => {
      background.add(work);
      work.finally(() => background.delete(work));
    },
    retry: options.deployRetry,
    gate,
    hosts: new HostGates(circuit, emit),
    busy: new BusyWait({ limitMs: options.waitResourceMs, freed: resources.freed, say, signal }),
  });
}
