/** A tenth of a second: longer than a time slice of the host, shorter than what a person calls hanging. */
const PERIOD_MS = 100;

/** Halts something for a share of the time, again and again, until it is ended. */
export class Bursts {
  readonly #share: number;
  readonly #halt: (isHalted: boolean) => boolean;
  #timer: NodeJS.Timeout | undefined;
  #isHalted = false;
  #changedAt: number;
  /** Time that was halted too long (positive) or too short, in ms; the next burst makes up for it. */
  #debtMs = 0;

  /** `halt` gives false when there is nothing to halt any more. */
  constructor(share: number, halt: (isHalted: boolean) => boolean) {
    this.#share = share;
    this.#halt = halt;
    this.#changedAt = performance.now();
    this.#change();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isHalted) this.#halt(false);
    this.#isHalted = false;
  }

  #change(): void {
    const now = performance.now();
    const lastedMs = now - this.#changedAt;
    this.#changedAt = now;
    this.#debtMs += this.#isHalted ? lastedMs * (1 - this.#share) : -lastedMs * this.#share;
    this.#isHalted = !this.#isHalted;
    if (!this.#halt(this.#isHalted)) return;
    // Halted for d ms adds d * (1 - share) to the debt, running for d ms takes d * share from it.
    const toSettleMs = this.#isHalted
      ? PERIOD_MS * this.#share - this.#debtMs / (1 - this.#share)
      : this.#debtMs / this.#share;
    const lastsMs = Math.min(Math.max(toSettleMs, 1), 10 * PERIOD_MS);
    this.#timer = setTimeout(() => this.#change(), lastsMs).unref();
  }
}
