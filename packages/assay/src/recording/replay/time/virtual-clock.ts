import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as realPause, setImmediate as turn } from "node:timers/promises";
import { isOutsideWorkPending, type OutsideWork, outsideWork } from "./outside-work.ts";

/** Something that happens at a time; `cancel` takes it back. */
export interface Appointment {
  cancel(): void;
}

interface Pending {
  readonly atMs: number;
  readonly act: () => void;
}

/** For how long files, sockets and processes that the case itself uses may keep the clock from going on. */
const LONGEST_OUTSIDE_WORK_MS = 5_000;

// Taken before anything is replaced.
const realNow = performance.now.bind(performance);

/**
 * Time of one replay. It stands still while code runs and jumps to the next appointment when all code waits, so that an
 * hour of waiting costs nothing and things still happen in the order of their times.
 */
export class VirtualClock {
  readonly startedAt: Date;
  readonly #pending: Pending[] = [];
  #nowMs = 0;

  /** `startedAt` is the time of day at which it begins. */
  constructor(startedAt: Date) {
    this.startedAt = startedAt;
  }

  /** Since the clock began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls `act` in the asynchronous context of this call, at the earliest at once. */
  at(timeMs: number, act: () => void): Appointment {
    const inContext = AsyncLocalStorage.snapshot();
    const pending = { atMs: Math.max(timeMs, this.#nowMs), act: () => inContext(act) };
    const place = this.#pending.findLastIndex(({ atMs }) => atMs <= pending.atMs) + 1;
    this.#pending.splice(place, 0, pending);
    return {
      cancel: () => {
        const index = this.#pending.indexOf(pending);
        if (index !== -1) this.#pending.splice(index, 1);
      },
    };
  }

  /** Resolves with true at `timeMs`, or with false as soon as `signal` aborts. Without a time only the abort ends it. */
  until(timeMs: number | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (signal?.aborted === true) resolve(false);
    const appointment = timeMs === undefined ? undefined : this.at(timeMs, () => resolve(true));
    const onAbort = (): void => resolve(false);
    signal?.addEventListener("abort", onAbort, { once: true });
    return promise.finally(() => {
      appointment?.cancel();
      signal?.removeEventListener("abort", onAbort);
    });
  }

  /** Lets time pass up to `timeMs`, but not beyond the next appointment. */
  passTo(timeMs: number): void {
    const next = this.#pending[0]?.atMs ?? timeMs;
    this.#nowMs = Math.max(this.#nowMs, Math.min(timeMs, next));
  }

  /**
   * Turns the clock until `work` is over. `onStuck` is called when the work waits and no appointment is left; it has
   * to end the work.
   */
  async drive<T>(work: Promise<T>, onStuck: () => void): Promise<T> {
    let isOver = false;
    const ending = work.finally(() => {
      isOver = true;
    });
    ending.catch(() => undefined);
    let before = outsideWork();
    let isStuck = false;
    for (;;) {
      await turn();
      if (isOver) return await ending;
      before = await outsideWorkDone(before);
      if (isOver) return await ending;
      const next = this.#pending.shift();
      if (next !== undefined) {
        this.#nowMs = Math.max(this.#nowMs, next.atMs);
        next.act();
      } else if (!isStuck) {
        isStuck = true;
        onStuck();
      } else {
        // It has been told; what it still does takes real time.
        await realPause(1);
      }
    }
  }
}

/**
 * What the case does outside of its nodes, such as reading a file of its own, takes real time; nothing tells its end.
 * Gives what is to be expected from now on: what goes on too long, such as a connection, is not waited for again.
 */
async function outsideWorkDone(before: OutsideWork): Promise<OutsideWork> {
  const deadline = realNow() + LONGEST_OUTSIDE_WORK_MS;
  for (let looks = 0; isOutsideWorkPending(before); looks++) {
    if (realNow() > deadline) return outsideWork();
    await (looks < 10 ? turn() : realPause(1));
  }
  return before;
}
