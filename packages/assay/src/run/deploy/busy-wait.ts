import type { ResourceBusy } from "../../errors/catalogue.ts";
import type { EnvironmentRequirement } from "../../platforms/platform.ts";
import { Skipped } from "../../suite/outcomes.ts";
import { formatDuration } from "../../units/readable.ts";
import type { Freed } from "./freed.ts";

export interface BusyWaitOptions {
  /** How long a resource may be in use elsewhere. */
  readonly limitMs: number;
  readonly freed: Freed;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Where nothing can tell that a resource is free again, it is asked for this often. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;

interface Since {
  readonly ms: number;
  pauseMs: number;
}

/** Waits for resources that are in use elsewhere. The time counts for each requirement, over all cases that have it. */
export class BusyWait {
  readonly #options: BusyWaitOptions;
  readonly #since = new Map<EnvironmentRequirement, Since>();

  constructor(options: BusyWaitOptions) {
    this.#options = options;
  }

  /** An environment for `requirement` could be had. */
  over(requirement: EnvironmentRequirement): void {
    this.#since.delete(requirement);
  }

  /**
   * Resolves when it is worth asking again. Throws Skipped when the time is over, and the signal's reason when it
   * aborts first.
   */
  async wait(requirement: EnvironmentRequirement, busy: ResourceBusy): Promise<void> {
    const { limitMs, say, signal } = this.#options;
    signal.throwIfAborted();
    const known = this.#since.get(requirement);
    const since = known ?? { ms: performance.now(), pauseMs: FIRST_PAUSE_MS };
    this.#since.set(requirement, since);
    const leftMs = since.ms + limitMs - performance.now();
    if (leftMs <= 0) {
      throw new Skipped(
        `What its environment needs was in use for ${formatDuration(limitMs)} (wait_resource_timeout): ${busy.message}`,
      );
    }
    if (known === undefined) say(`Waiting for at most ${formatDuration(limitMs)}: ${busy.message}`);
    const pauseMs = Math.min(since.pauseMs, leftMs);
    since.pauseMs = Math.min(since.pauseMs * 2, LAST_PAUSE_MS);
    await this.#pause(busy, pauseMs);
  }

  async #pause(busy: ResourceBusy, pauseMs: number): Promise<void> {
    const { freed, signal } = this.#options;
    const ended = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.ceil(pauseMs) + 1);
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([promise, freed.next, ...(busy.freed === undefined ? [] : [busy.freed(ended.signal)])]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      ended.abort();
    }
  }
}
