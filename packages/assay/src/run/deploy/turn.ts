import type { WorkerSlots } from "../worker-slots.ts";

/** The turn of one worker among those of all combinations. Who has to wait for something else lets others go first. */
export class Turn implements Disposable {
  readonly #slots: WorkerSlots | undefined;
  readonly #rank: number;
  readonly #signal: AbortSignal;
  #slot: Disposable | undefined;

  private constructor(slots: WorkerSlots | undefined, rank: number, signal: AbortSignal) {
    this.#slots = slots;
    this.#rank = rank;
    this.#signal = signal;
  }

  /** Waits for the turn. Throws the signal's reason when it aborts first. */
  static async begin(
    shared: { readonly slots: WorkerSlots; readonly rank: number } | undefined,
    signal: AbortSignal,
  ): Promise<Turn> {
    const turn = new Turn(shared?.slots, shared?.rank ?? 0, signal);
    await turn.#take();
    return turn;
  }

  /** Does `wait` without the turn, and takes it again afterwards. */
  async away<T>(wait: () => Promise<T>): Promise<T> {
    this[Symbol.dispose]();
    const result = await wait();
    await this.#take();
    return result;
  }

  async #take(): Promise<void> {
    this.#slot = await this.#slots?.take(this.#rank, this.#signal);
  }

  [Symbol.dispose](): void {
    this.#slot?.[Symbol.dispose]();
    this.#slot = undefined;
  }
}
