interface Waiting {
  readonly atMs: number;
  readonly bytes: number;
  readonly deliver: () => void;
}

/** Holds frames until their time has come, and gives them on in the order of their times. Times are `performance.now()`. */
export class DelayLine implements Disposable {
  readonly #waiting: Waiting[] = [];
  readonly #mostBytes: number;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `mostBytes` may wait at a time; the rest is dropped. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Calls `deliver` at `atMs`, after those that were given the same time before. */
  add(atMs: number, bytes: number, deliver: () => void): void {
    if (this.#bytes + bytes > this.#mostBytes) return;
    this.#bytes += bytes;
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1]?.atMs ?? 0) > atMs) place--;
    this.#waiting.splice(place, 0, { atMs, bytes, deliver });
    if (place === 0) this.#arm();
  }

  /** What waits is lost. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#bytes = 0;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#timer = setTimeout(() => this.#deliver(), Math.max(0, Math.ceil(first.atMs - performance.now())));
  }

  #deliver(): void {
    const now = performance.now();
    const end = this.#waiting.findIndex(({ atMs }) => atMs > now);
    const due = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    for (const { bytes, deliver } of due) {
      this.#bytes -= bytes;
      deliver();
    }
    this.#arm();
  }
}
