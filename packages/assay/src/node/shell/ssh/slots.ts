/** OpenSSH's MaxSessions is 10 by default (sshd_config(5)); one stays free, so that a hung command can be killed. */
const defaultLimit = 9;

/** Counts the channels of one connection and lets callers wait for a free one, first come, first served. */
export class Slots {
  readonly #makeRoom: () => void;
  readonly #waiters: { readonly take: () => void }[] = [];
  #limit = defaultLimit;
  #used = 0;

  /** `makeRoom` is called when somebody has to wait; it may give back slots that are held in reserve. */
  constructor(makeRoom: () => void) {
    this.#makeRoom = makeRoom;
  }

  /** Takes a slot if one is free right now. */
  tryTake(): boolean {
    if (this.#used >= this.#limit || this.#waiters.length > 0) return false;
    this.#used += 1;
    return true;
  }

  /** Takes a slot, waiting for one if need be. Rejects with the reason of the abort. */
  async take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.tryTake()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { take: resolve };
    const onAbort = () => {
      const index = this.#waiters.indexOf(waiter);
      if (index >= 0) this.#waiters.splice(index, 1);
      reject(signal?.reason);
    };
    this.#waiters.push(waiter);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#makeRoom();
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** True while somebody waits for a slot. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0;
  }

  release(): void {
    this.#used -= 1;
    this.#serve();
  }

  /**
   * The server refused the channel of a slot that is taken: fewer are used from now on, again with one in reserve.
   * False when it was the only one, so that waiting would not help.
   */
  shrink(): boolean {
    const open = this.#used - 1;
    if (open === 0) return false;
    this.#limit = Math.max(1, Math.min(this.#limit, open - 1));
    return true;
  }

  #serve(): void {
    while (this.#used < this.#limit) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) return;
      this.#used += 1;
      waiter.take();
    }
  }
}
