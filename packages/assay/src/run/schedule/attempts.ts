import { HostExhausted } from "../../errors/catalogue.ts";
import type { PlanEntry } from "../../plan/plan.ts";
import type { Environment } from "../../platforms/platform.ts";
import type { Turn } from "../deploy/turn.ts";
import type { EnvironmentLease } from "../environment-lease.ts";
import type { PollutionWatch } from "../pollution/pollution-watch.ts";
import { identityOf } from "../result-identity.ts";
import type { CaseOutcome } from "../run-case.ts";
import { verdictOfError } from "../verdict-of-error.ts";
import { runOnEnvironment } from "./case-on-environment.ts";
import type { Requirements } from "./requirements.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

/** Where a worker runs cases, and its turn to do so. */
export interface WorkPlace {
  readonly lease: EnvironmentLease;
  readonly turn: Turn;
}

/** Runs cases once each, on an environment that fits. */
export class Attempts {
  readonly #options: ScheduleOptions;
  readonly #watch: PollutionWatch;
  readonly #requirements: Requirements;
  /** How often the case of a result was started. */
  readonly #starts = new Map<string, number>();
  /** Results that failed because no environment could be had. */
  deploymentFailures = 0;

  constructor(options: ScheduleOptions, watch: PollutionWatch, requirements: Requirements) {
    this.#options = options;
    this.#watch = watch;
    this.#requirements = requirements;
  }

  /** The result of one attempt, counted from 0; undefined when the run is cancelled before the case starts. */
  async run(entry: PlanEntry, place: WorkPlace, attempt: number): Promise<CaseOutcome["finished"] | undefined> {
    const { disk, signal } = this.#options;
    const isNewWanted = entry.useNewEnvironment || attempt > 0;
    const startedMs = performance.now();
    let environment: Environment;
    try {
      environment = await place.lease.acquire(this.#requirements.of(entry.case), isNewWanted, place.turn);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!disk.isCauseOf(error)) return this.#notDeployed(entry, error, startedMs);
      await disk.room(error);
      return await this.run(entry, place, attempt);
    }
    return await this.#start(entry, place, environment, attempt);
  }

  async #start(
    entry: PlanEntry,
    place: WorkPlace,
    environment: Environment,
    attempt: number,
  ): Promise<CaseOutcome["finished"] | undefined> {
    const { combination, disk, emit, signal, startsBefore } = this.#options;
    const { lease } = place;
    const start = (this.#starts.get(entry.resultId) ?? startsBefore(entry.resultId)) + 1;
    this.#starts.set(entry.resultId, start);
    const path = `cases/${entry.resultId}${start === 1 ? "" : `-attempt-${start}`}`;
    emit({
      type: "case-started",
      ...identityOf(entry, combination),
      environment: environment.name,
      folder: path,
    });
    let outcome: CaseOutcome["finished"];
    try {
      outcome = await runOnEnvironment(this.#options, { entry, environment, lease, path, watch: this.#watch, emit });
    } catch (error) {
      if (!(error instanceof HostExhausted)) throw error;
      // What it did could not be kept, so it is done again.
      await lease.release(false);
      await disk.room(error);
      return await this.run(entry, place, attempt);
    }
    const isCutOff = signal.aborted && outcome.status !== "PASSED";
    return { ...outcome, ...(isCutOff && { isCutOff }) };
  }

  #notDeployed(entry: PlanEntry, error: unknown, startedMs: number): CaseOutcome["finished"] {
    const { status, message, failureClass } = verdictOfError(error, entry.ignoreFailure, "deployment");
    if (status === "FAILED") this.deploymentFailures += 1;
    return {
      type: "case-finished",
      ...identityOf(entry, this.#options.combination),
      status,
      message,
      ...(failureClass === undefined ? {} : { failureClass }),
      durationMs: Math.round(performance.now() - startedMs),
      rebootMs: 0,
      environment: undefined,
    };
  }
}
