import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { QmpClient, QmpEvent } from "../machine/qmp-client.ts";

interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** Events of a machine in their order, each told once, so that none is missed between what causes it and who waits. */
export class EventQueue<T> {
  readonly #qmp: QmpClient;
  readonly #untold: T[] = [];
  readonly #listeners = new Set<(value: T) => void>();
  readonly #waiting: ((value: T) => void)[] = [];

  /** `read` gives what an event tells, and undefined for events of others. */
  constructor(qmp: QmpClient, read: (event: QmpEvent) => T | undefined) {
    this.#qmp = qmp;
    qmp.onEvent((event) => {
      const value = read(event);
      if (value === undefined) return;
      for (const listener of [...this.#listeners]) listener(value);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#untold.push(value);
      else waiting(value);
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

  /**
   * The first event that was not told yet; it is told to one of those who wait. `what` is named when none comes in time.
   * Throws TimedOut, or PlatformError when QEMU ends.
   */
  async next(what: string, { signal, timeoutMs }: WaitOptions): Promise<T> {
    signal?.throwIfAborted();
    const first = this.#untold.shift();
    if (first !== undefined) return first;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => reject(new TimedOut(`${what} within ${timeoutMs / 1000} s.`)), timeoutMs);
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.push(resolve);
    void this.#qmp.closed.then(() => reject(new PlatformError(`${what}: the machine's QEMU has ended.`)));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      const place = this.#waiting.indexOf(resolve);
      if (place !== -1) this.#waiting.splice(place, 1);
    }
  }
}
