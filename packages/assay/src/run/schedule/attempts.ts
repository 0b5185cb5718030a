import { HostExhausted } from "../../errors/catalogue.ts";
import type { PlanEntry } from "../../plan/plan.ts";
import type { Environment } from "../../platforms/platform.ts";
import type { EnvironmentLease } from "../environment-lease.ts";
import type { PollutionWatch } from "../pollution/pollution-watch.ts";
import { requirementOf } from "../requirement.ts";
import { identityOf } from "../result-identity.ts";
import type { CaseOutcome } from "../run-case.ts";
import { verdictOfError } from "../verdict-of-error.ts";
import { runOnEnvironment } from "./case-on-environment.ts";
import type { DeploymentFailures } from "./deployment-failures.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

/** Runs cases once each, on an environment that fits. */
export class Attempts {
  readonly #options: ScheduleOptions;
  readonly #watch: PollutionWatch;
  readonly #failures: DeploymentFailures;
  /** How often the case of a result was started. */
  readonly #starts = new Map<string, number>();

  constructor(options: ScheduleOptions, watch: PollutionWatch, failures: DeploymentFailures) {
    this.#options = options;
    this.#watch = watch;
    this.#failures = failures;
  }

  /** The result of one attempt, counted from 0; undefined when the run is cancelled before the case starts. */
  async run(entry: PlanEntry, lease: EnvironmentLease, attempt: number): Promise<CaseOutcome["finished"] | undefined> {
    const { disk, machines, signal } = this.#options;
    const startedMs = performance.now();
    let environment: Environment;
    try {
      environment = await lease.acquire(requirementOf(entry.case, machines), entry.useNewEnvironment || attempt > 0);
      this.#failures.succeeded();
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!disk.isCauseOf(error)) return this.#notDeployed(entry, error, startedMs);
      await disk.room(error);
      return await this.run(entry, lease, attempt);
    }
    return await this.#start(entry, lease, environment, attempt);
  }

  async #start(
    entry: PlanEntry,
    lease: EnvironmentLease,
    environment: Environment,
    attempt: number,
  ): Promise<CaseOutcome["finished"] | undefined> {
    const { combination, disk, emit, signal, startsBefore } = this.#options;
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
      return await this.run(entry, lease, attempt);
    }
    const isCutOff = signal.aborted && outcome.status !== "PASSED";
    return { ...outcome, ...(isCutOff && { isCutOff }) };
  }

  #notDeployed(entry: PlanEntry, error: unknown, startedMs: number): CaseOutcome["finished"] {
    const { status, message, failureClass } = verdictOfError(error, false, "deployment");
    if (status === "FAILED") this.#failures.failed(message);
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
