import type { FinalStatus, RunEvent } from "../../events/types.ts";

/** Something that goes on right now. */
export interface Activity {
  readonly environment: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
}

const PREPARATION = "prepare";

/** What a person watching a run wants to see: what goes on, and how much is done. Constant time per event. */
export class LiveView {
  readonly #steps = new Map<string, Activity>();
  readonly #cases = new Map<string, Activity>();
  readonly #final = new Map<string, FinalStatus>();
  #planned = 0;
  #startedMs: number | undefined;

  /** True when the event changed what is to be seen. */
  apply(event: RunEvent): boolean {
    const atMs = Date.parse(event.at);
    switch (event.type) {
      case "run-started":
        this.#planned = event.plan.length;
        this.#startedMs = atMs;
        return true;
      case "plan-added":
        this.#planned += event.plan.length;
        return true;
      case "run-resumed":
        // What went on when the run was cut off does no more, and what runs again is not final.
        this.#steps.clear();
        this.#cases.clear();
        for (const resultId of event.again) this.#final.delete(resultId);
        return true;
      case "transformer-started": {
        const environment = event.environment ?? event.phase;
        this.#steps.set(event.folder, { environment, text: `transformer ${event.transformer}`, sinceMs: atMs });
        return true;
      }
      case "transformer-finished":
        this.#steps.delete(event.folder);
        return true;
      case "platform-progress": {
        const environment = event.environment ?? PREPARATION;
        const key = `${environment}\n${event.step}`;
        if (event.elapsedMs === undefined) {
          const sinceMs = this.#steps.get(key)?.sinceMs ?? atMs;
          const text = event.detail === undefined ? event.step : `${event.step} (${event.detail})`;
          this.#steps.set(key, { environment, text, sinceMs });
        } else {
          this.#steps.delete(key);
        }
        return true;
      }
      case "environment-ready":
        this.#endSteps(event.within ?? event.environment);
        return true;
      case "environment-failed":
      case "environment-deleted":
        this.#endSteps(event.environment);
        return true;
      case "case-started": {
        const activity = { environment: event.environment ?? "", text: `${event.suite}.${event.case}`, sinceMs: atMs };
        this.#cases.set(event.resultId, activity);
        return true;
      }
      case "case-finished":
        this.#cases.delete(event.resultId);
        this.#final.set(event.resultId, event.status);
        return true;
      case "run-finished":
        this.#steps.clear();
        this.#cases.clear();
        return true;
      default:
        return false;
    }
  }

  /** Cases first, the longest running on top. */
  get activities(): readonly Activity[] {
    const byAge = (a: Activity, b: Activity): number => a.sinceMs - b.sinceMs;
    return [...[...this.#cases.values()].toSorted(byAge), ...[...this.#steps.values()].toSorted(byAge)];
  }

  get finished(): number {
    return this.#final.size;
  }

  get planned(): number {
    return Math.max(this.#planned, this.#final.size);
  }

  get startedMs(): number | undefined {
    return this.#startedMs;
  }

  count(status: FinalStatus): number {
    let count = 0;
    for (const final of this.#final.values()) if (final === status) count += 1;
    return count;
  }

  #endSteps(environment: string): void {
    for (const [key, step] of this.#steps) if (step.environment === environment) this.#steps.delete(key);
  }
}
