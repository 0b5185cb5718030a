import { TimedOut } from "../../../errors/catalogue.ts";
import type { QmpClient, QmpEvent } from "../machine/qmp-client.ts";

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** Events of a machine in their order, each told once, so that none is missed between what causes it and who waits. */
export class EventQueue<T> {
  readonly #qmp: QmpClient;
  readonly #untold: T[] = [];
  readonly #listeners = new Set<(value: T) => void>();
  #waiting: (() => void) | undefined;

  /** `read` gives what an event tells, and undefined for events of others. */
  constructor(qmp: QmpClient, read: (event: QmpEvent) => T | undefined) {
    this.#qmp = qmp;
    qmp.onEvent((event) => {
      const value = read(event);
      if (value === undefined) return;
      this.#untold.push(value);
      for (const listener of [...this.#listeners]) listener(value);
      this.#waiting?.();
    });
  }

  /** Calls `listener` for every event from now on, told or not, until the returned function is called. */
  follow(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  forget(): void {
    this.#untold.length = 0;
  }

  /** The first event that was not told yet. `what` is named when it does not come in time. */
  async next(what: string, { signal, timeoutMs }: WaitOptions): Promise<T> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new TimedOut(`${what} within ${timeoutMs / 1000} s.`)), timeoutMs);
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting = resolve;
    void this.#qmp.closed.then(() => reject(new TimedOut(`${what}: the machine's QEMU has ended.`)));
    try {
      if (this.#untold.length === 0) await promise;
      return this.#untold.shift() as T;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#waiting = undefined;
    }
  }
}
