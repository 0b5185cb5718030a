import type { FinalStatus, Repetition } from "../../events/types.ts";
import { wilsonInterval } from "./wilson-interval.ts";

/** Counts how one case ended on several environments. */
export class Tally {
  #attempts = 0;
  #failures = 0;

  /** Counts a run; a skip says nothing about whether the case fails. */
  add(status: FinalStatus): void {
    if (status === "SKIPPED") return;
    this.#attempts += 1;
    if (status !== "PASSED") this.#failures += 1;
  }

  /** Undefined when there is nothing to compare or nothing has failed. */
  repetition(): Repetition | undefined {
    const [attempts, failures] = [this.#attempts, this.#failures];
    if (attempts < 2 || failures === 0) return undefined;
    const label = failures === attempts ? "broken" : "flaky";
    return { attempts, failures, rate: failures / attempts, ...wilsonInterval(failures, attempts), label };
  }
}
