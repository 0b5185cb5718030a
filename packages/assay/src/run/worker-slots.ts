/**
 * How many cases may run at the same time over all combinations. Who waits is served by rank, so that combinations
 * finish in the order in which they began.
 */
export class WorkerSlots {
  #free: number;
  /** Lowest rank first, and in order of arrival. */
  #waiting: { readonly rank: number; readonly grant: () => void }[] = [];
  #watchers: (() => void)[] = [];

  constructor(count: number) {
    this.#free = Math.max(1, count);
  }

  /** A slot until it is disposed of. Throws the signal's reason when it aborts first. */
  async take(rank: number, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      await this.#wait(rank, signal);
    }
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#giveBack();
        isHeld = false;
      },
    };
  }

  /** Resolves when a slot is free and nobody waits for it: the work that has begun leaves room for more. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#free === 0) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      const onAbort = (): void => resolve();
      this.#watchers.push(resolve);
      signal.addEventListener("abort", onAbort, { once: true });
      await promise.finally(() => signal.removeEventListener("abort", onAbort));
    }
  }

  async #wait(rank: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { rank, grant: resolve };
    this.#waiting = [...this.#waiting, waiter].sort((left, right) => left.rank - right.rank);
    const onAbort = (): void => {
      this.#waiting = this.#waiting.filter((each) => each !== waiter);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", onAbort));
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.grant();
      return;
    }
    this.#free += 1;
    for (const told of this.#watchers.splice(0)) told();
  }
}
