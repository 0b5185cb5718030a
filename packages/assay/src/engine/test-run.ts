import type { RunEvent } from "../events/types.ts";
import type { RunReport } from "../run/run.ts";
import { EventTail } from "./event-tail.ts";

/**
 * A run that goes on. Its events can be iterated, by several readers and at any time, also after its end: each gets all
 * of them. Nobody has to: the run never waits for a reader, and leaving a loop does not cancel it. A run that cannot be
 * carried out throws its error at the end of the loop and from `report`; where neither was asked for, it comes out as
 * an unhandled rejection, but for a run that was cancelled before it began. `await using` cancels a run that is not over.
 */
export interface TestRun extends AsyncIterable<RunEvent>, AsyncDisposable {
  /**
   * Resolves with verdict, counts and results when the run is over, also when it was cancelled. Rejects with RunbookError,
   * UsageError or another AssayError for what keeps a run from taking place, and with the reason of the signal when it was
   * cancelled before it began.
   */
  readonly report: Promise<RunReport>;
  /** Ends the run in good order: cases are stopped, machines removed, reports written. */
  cancel(reason?: unknown): void;
  /** Throws JournalUnreadable when the journal is removed while it is read. */
  [Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined>;
}

/** Does the work of a run. */
type Work = (signal: AbortSignal, tail: EventTail) => Promise<RunReport>;

/** Starts the work of a run. `signal` is the caller's. */
export function startRun(work: Work, signal: AbortSignal | undefined): TestRun {
  return new StartedRun(work, signal);
}

class StartedRun implements TestRun {
  readonly #controller = new AbortController();
  readonly #tail = new EventTail();
  readonly #work: Promise<RunReport>;
  #isReportAsked = false;
  #readers = 0;

  constructor(work: Work, signal: AbortSignal | undefined) {
    this.#work = this.#carryOut(work, signal);
    this.#work.catch((error: unknown) => {
      // Who cancels a run before it begins need not be told so.
      const isCancelled = this.#controller.signal.aborted && error === this.#controller.signal.reason;
      if (!isCancelled && !this.#isReportAsked && this.#readers === 0) void Promise.reject(error);
    });
  }

  get report(): Promise<RunReport> {
    this.#isReportAsked = true;
    return this.#work;
  }

  cancel(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    this.#readers += 1;
    try {
      yield* this.#tail;
      await this.#work;
    } finally {
      this.#readers -= 1;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.#work.catch(() => undefined);
  }

  /** Nothing of the run stays on the caller's signal, which may be that of a whole program. */
  async #carryOut(work: Work, signal: AbortSignal | undefined): Promise<RunReport> {
    const onAbort = (): void => this.#controller.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      if (signal?.aborted === true) onAbort();
      return await work(this.#controller.signal, this.#tail);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#tail.end();
    }
  }
}
