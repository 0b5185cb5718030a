import { HostExhausted } from "../errors/catalogue.ts";
import type { CombinationValues, EventBody, EventOf } from "../events/types.ts";
import type { PlanEntry } from "../plan/plan.ts";
import type { Machines } from "../plan/predefined.ts";
import type { Environment, Platform } from "../platforms/platform.ts";
import type { Aftercare } from "./aftercare.ts";
import { attendCase } from "./attend-case.ts";
import { CaseFolder } from "./case-folder.ts";
import type { DiskPause } from "./disk-pause.ts";
import { EnvironmentLease } from "./environment-lease.ts";
import { PollutionWatch } from "./pollution/pollution-watch.ts";
import { Tally } from "./repeat/tally.ts";
import { requirementOf } from "./requirement.ts";
import { identityOf } from "./result-identity.ts";
import type { CaseOutcome } from "./run-case.ts";
import type { RunFolder } from "./run-folder.ts";
import { verdictOfError } from "./verdict-of-error.ts";
import type { WorkerSlots } from "./worker-slots.ts";

export interface ScheduleOptions {
  readonly entries: readonly PlanEntry[];
  readonly platform: Platform;
  readonly concurrency: number;
  /** What the runbook says of the machines there are or are to be made. */
  readonly machines: Machines;
  readonly folder: RunFolder;
  /** Variables that cases see, asked before each case. */
  readonly variables: () => Readonly<Record<string, unknown>>;
  /** After one FAILED result the rest is SKIPPED; what runs is finished. */
  readonly isStoppedByFailure: boolean;
  /** How often the case of a result was started before the run was cut off. */
  readonly startsBefore: (resultId: string) => number;
  /** A result that had failed by then; counts for `isStoppedByFailure`. */
  readonly failedBefore: string | undefined;
  /** Values of the combinator. */
  readonly combination?: CombinationValues;
  /** Called each time an environment is connected; what it throws fails the deployment. */
  readonly connected?: (environment: Environment, signal: AbortSignal) => Promise<void>;
  /** Gives the next number of an environment of the run. */
  readonly nextEnvironment: () => number;
  /** What all combinations of the run share. */
  readonly shared?: SharedWork;
  readonly mask: (text: string) => string;
  /** Stores what every case asks of its nodes. */
  readonly isRecording?: boolean;
  readonly aftercare: Aftercare;
  /** Where work waits while the disk is full. */
  readonly disk: Pick<DiskPause, "room" | "isCauseOf">;
  readonly emit: (event: EventBody) => void;
  readonly signal: AbortSignal;
}

/** The part of one combination in what all of them share. */
export interface SharedWork {
  readonly slots: WorkerSlots;
  /** Combinations that began earlier are served first. */
  readonly rank: number;
  /** Called when all workers have asked for their slot. */
  readonly onQueued: () => void;
}

export interface ScheduleResult {
  readonly finished: readonly Omit<EventOf<"case-finished">, "seq" | "at">[];
  /** Why the schedule gave up before its end. */
  readonly gaveUp: string | undefined;
  /** Results that failed because no environment could be had. */
  readonly deploymentFailures: number;
}

/** After so many deployments in a row have failed, the rest would fail as well: the schedule gives up. */
const HOPELESS_AFTER = 3;

/** Runs the entries in order, `concurrency` at a time, each on an environment that fits it. */
export async function schedule(options: ScheduleOptions): Promise<ScheduleResult> {
  const queue = options.entries.values();
  const finished: ScheduleResult["finished"][number][] = [];
  const background = new Set<Promise<void>>();
  /** How often the case of a result was started. */
  const starts = new Map<string, number>();
  const watch = new PollutionWatch();
  const state = {
    failedInARow: 0,
    deploymentFailures: 0,
    gaveUp: undefined as string | undefined,
    firstFailure: options.isStoppedByFailure ? options.failedBefore : undefined,
  };

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
      if (options.signal.aborted || state.gaveUp !== undefined) {
        return;
      }
      const outcome = state.firstFailure === undefined ? await runInTurn(entry, lease) : stopped(entry);
      if (outcome === undefined) {
        continue;
      }
      options.emit(outcome);
      finished.push(outcome);
      if (options.isStoppedByFailure && outcome.status === "FAILED") {
        state.firstFailure ??= outcome.resultId;
      }
    }
  };

  const runInTurn = async (entry: PlanEntry, lease: EnvironmentLease): ReturnType<typeof runEntry> => {
    if (options.shared === undefined) return await runEntry(entry, lease);
    const { slots, rank } = options.shared;
    using slot = await slots.take(rank, options.signal).catch(() => undefined);
    if (slot === undefined) return undefined;
    return state.firstFailure === undefined ? await runEntry(entry, lease) : stopped(entry);
  };

  const stopped = (entry: PlanEntry): CaseOutcome["finished"] => ({
    type: "case-finished",
    ...identityOf(entry, options.combination),
    status: "SKIPPED",
    message: `'${state.firstFailure}' failed, and the runbook stops at the first failure (exit_on_first_failure).`,
    durationMs: 0,
    rebootMs: 0,
    environment: undefined,
  });

  const runEntry = async (entry: PlanEntry, lease: EnvironmentLease): Promise<CaseOutcome["finished"] | undefined> => {
    const tally = new Tally();
    for (let attempt = 0; ; attempt++) {
      const outcome = await runAttempt(entry, lease, attempt);
      if (outcome?.environment !== undefined) tally.add(outcome.status);
      const isFailure = outcome?.status === "FAILED" || outcome?.status === "ATTEMPTED";
      if (!isFailure || attempt >= entry.retry || options.signal.aborted) {
        if (outcome?.environment === undefined) return outcome;
        if (outcome.status === "FAILED") await repeat(entry, lease, tally);
        const repetition = tally.repetition();
        return { ...outcome, ...(repetition && { repetition }) };
      }
      options.emit({
        type: "notice",
        level: "warn",
        text: `${entry.resultId} failed in attempt ${attempt + 1} and is tried again: ${outcome.message}`,
      });
    }
  };

  /** Runs a failed case again and again on fresh environments; stops early where there are none. */
  const repeat = async (entry: PlanEntry, lease: EnvironmentLease, tally: Tally): Promise<void> => {
    const times = options.aftercare.repeatFailures;
    const identity = identityOf(entry, options.combination);
    for (let time = 1; time <= times && !options.signal.aborted; time++) {
      let environment: Environment;
      try {
        environment = await lease.acquire(requirementOf(entry.case, options.machines), true);
      } catch (error) {
        if (options.signal.aborted) return;
        const { message } = verdictOfError(error, false, "deployment");
        options.emit({ type: "notice", level: "warn", text: `${entry.resultId} is not repeated further: ${message}` });
        return;
      }
      const folder = `cases/${entry.resultId}-repeat-${time}`;
      // A repetition is evidence of its result and no result itself: its folder has the rest.
      const { status, message, durationMs } = await runOn(environment, entry, lease, folder, () => undefined);
      if (options.signal.aborted) return;
      tally.add(status);
      const told = { status, message, durationMs, environment: environment.name, folder, time, times };
      options.emit({ type: "case-repeated", ...identity, ...told });
    }
  };

  /** Runs the case on the environment that the lease holds. */
  const runOn = async (
    environment: Environment,
    entry: PlanEntry,
    lease: EnvironmentLease,
    path: string,
    emit: ScheduleOptions["emit"],
  ): Promise<CaseOutcome["finished"]> => {
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
  };

  const runAttempt = async (
    entry: PlanEntry,
    lease: EnvironmentLease,
    attempt: number,
  ): Promise<CaseOutcome["finished"] | undefined> => {
    const identity = identityOf(entry, options.combination);
    const startedMs = performance.now();
    let environment: Awaited<ReturnType<EnvironmentLease["acquire"]>>;
    try {
      environment = await lease.acquire(
        requirementOf(entry.case, options.machines),
        entry.useNewEnvironment || attempt > 0,
      );
      state.failedInARow = 0;
    } catch (error) {
      if (options.signal.aborted) {
        return undefined;
      }
      if (options.disk.isCauseOf(error)) {
        await options.disk.room(error);
        return await runAttempt(entry, lease, attempt);
      }
      const { status, message, failureClass } = verdictOfError(error, false, "deployment");
      if (status === "FAILED") {
        state.deploymentFailures++;
        if (++state.failedInARow >= HOPELESS_AFTER) {
          state.gaveUp = `${HOPELESS_AFTER} environments in a row could not be made. The last one said: ${message}`;
        }
      }
      return {
        type: "case-finished",
        ...identity,
        status,
        message,
        ...(failureClass === undefined ? {} : { failureClass }),
        durationMs: Math.round(performance.now() - startedMs),
        rebootMs: 0,
        environment: undefined,
      };
    }
    const start = (starts.get(entry.resultId) ?? options.startsBefore(entry.resultId)) + 1;
    starts.set(entry.resultId, start);
    const path = `cases/${entry.resultId}${start === 1 ? "" : `-attempt-${start}`}`;
    options.emit({ type: "case-started", ...identity, environment: environment.name, folder: path });
    let outcome: CaseOutcome["finished"];
    try {
      outcome = await runOn(environment, entry, lease, path, options.emit);
    } catch (error) {
      if (!(error instanceof HostExhausted)) throw error;
      // What it did could not be kept, so it is done again.
      await lease.release(false);
      await options.disk.room(error);
      return await runAttempt(entry, lease, attempt);
    }
    const isCutOff = options.signal.aborted && outcome.status !== "PASSED";
    return { ...outcome, ...(isCutOff && { isCutOff }) };
  };

  const count = Math.max(1, Math.min(options.concurrency, options.entries.length));
  const workers = Array.from({ length: count }, worker);
  options.shared?.onQueued();
  await Promise.all(workers);
  await Promise.all(background);
  return { finished, gaveUp: state.gaveUp, deploymentFailures: state.deploymentFailures };
}
