import type { EventOf, RunEvent } from "../types.ts";
import type { EnvironmentSummary, ProgressStep } from "./run-summary.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Folds what happened to environments: their steps, timings and facts, and the steps that belong to none. */
export class EnvironmentFold {
  readonly #environments = new Map<string, Mutable<EnvironmentSummary>>();
  readonly #steps: Mutable<ProgressStep>[] = [];
  readonly #openSteps = new Map<string, Mutable<ProgressStep>>();

  apply(event: RunEvent): void {
    switch (event.type) {
      case "platform-progress":
        this.#step(event);
        break;
      case "environment-ready": {
        if (event.within !== undefined) this.#rename(event.within, event.environment);
        const environment = this.#environment(event.environment, before(event.at, event.elapsedMs));
        environment.state = "ready";
        environment.readyAt = event.at;
        environment.deployMs = event.elapsedMs;
        environment.facts = event.facts;
        environment.nodes = event.nodes;
        this.#closeSteps(event.environment, event.at);
        break;
      }
      case "environment-failed": {
        const environment = this.#environment(event.environment, event.at);
        environment.state = "failed";
        environment.endedAt = event.at;
        environment.message = event.message;
        environment.help = event.help;
        environment.serialTail = event.serialTail;
        this.#closeSteps(event.environment, event.at);
        break;
      }
      case "environment-deleted": {
        const environment = this.#environment(event.environment, event.at);
        // A failed environment stays failed in reports, although it is gone as well.
        if (environment.state !== "failed") environment.state = "deleted";
        environment.endedAt = event.at;
        environment.deleteMs = event.elapsedMs;
        this.#closeSteps(event.environment, event.at);
        break;
      }
      case "run-resumed":
        // The machines of a run that was cut off are gone.
        for (const environment of this.#environments.values()) {
          if (environment.state !== "deploying" && environment.state !== "ready") continue;
          environment.state = "deleted";
          environment.endedAt = event.cutOffAt;
        }
        for (const step of this.#openSteps.values()) close(step, event.cutOffAt);
        this.#openSteps.clear();
        break;
      case "run-finished":
        for (const step of this.#openSteps.values()) close(step, event.at);
        this.#openSteps.clear();
        break;
      default:
        break;
    }
  }

  environments(): readonly EnvironmentSummary[] {
    return [...this.#environments.values()];
  }

  steps(): readonly ProgressStep[] {
    return this.#steps;
  }

  #step(event: EventOf<"platform-progress">): void {
    if (event.environment !== undefined) this.#environment(event.environment, before(event.at, event.elapsedMs ?? 0));
    const key = `${event.environment ?? ""}\n${event.step}`;
    const open = this.#openSteps.get(key);
    if (open !== undefined) {
      open.detail = event.detail ?? open.detail;
      open.elapsedMs = event.elapsedMs;
      if (event.elapsedMs !== undefined) this.#openSteps.delete(key);
      return;
    }
    const step: Mutable<ProgressStep> = {
      environment: event.environment,
      step: event.step,
      detail: event.detail,
      startedAt: before(event.at, event.elapsedMs ?? 0),
      elapsedMs: event.elapsedMs,
    };
    this.#steps.push(step);
    if (event.elapsedMs === undefined) this.#openSteps.set(key, step);
  }

  /** What was known of the machines is known of their guests from now on. */
  #rename(from: string, to: string): void {
    const environment = this.#environments.get(from);
    if (environment === undefined) return;
    this.#environments.delete(from);
    this.#environments.set(to, environment);
    environment.name = to;
    for (const step of this.#steps) if (step.environment === from) step.environment = to;
  }

  #closeSteps(environment: string, at: string): void {
    for (const [key, step] of this.#openSteps) {
      if (step.environment !== environment) continue;
      close(step, at);
      this.#openSteps.delete(key);
    }
  }

  #environment(name: string, startedAt: string): Mutable<EnvironmentSummary> {
    let environment = this.#environments.get(name);
    if (environment === undefined) {
      environment = {
        name,
        state: "deploying",
        startedAt,
        readyAt: undefined,
        endedAt: undefined,
        deployMs: undefined,
        deleteMs: undefined,
        facts: {},
        nodes: [],
        message: undefined,
        help: undefined,
        serialTail: undefined,
      };
      this.#environments.set(name, environment);
    }
    return environment;
  }
}

/** Ends a step that was cut off by what came after it. */
const close = (step: Mutable<ProgressStep>, at: string): void => {
  step.elapsedMs = Math.max(0, Date.parse(at) - Date.parse(step.startedAt));
};

const before = (at: string, ms: number): string => new Date(Date.parse(at) - ms).toISOString();
