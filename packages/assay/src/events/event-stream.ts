import type { HostExhausted } from "../errors/catalogue.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import type { Journal } from "./journal.ts";
import { maskDeep } from "./mask.ts";
import type { EventBody, RunEvent } from "./types.ts";
import { WriteAhead } from "./write-ahead.ts";

export interface EventStreamOptions {
  readonly journal: Journal;
  readonly notifiers: readonly Notifier[];
  readonly mask: (text: string) => string;
  readonly now?: () => Date;
  /** Events of a run that is gone on with. */
  readonly before?: Iterable<RunEvent>;
  /** How long a notifier may take to close. Default: two minutes. */
  readonly closeLimitMs?: number;
}

/** The report of ten thousand cases takes seconds. */
const CLOSE_LIMIT_MS = 2 * 60_000;

/**
 * Gives every event its number and time, masks it, and shows it to the notifiers when the journal has it safe. While the
 * disk is full events are held.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #active: Set<Notifier>;
  readonly #ahead: WriteAhead;
  #seq = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#active = new Set(options.notifiers);
    this.#ahead = new WriteAhead(options.journal, (event) => {
      for (const failure of this.#tell((notifier) => notifier.onEvent(event))) this.#retire(failure);
    });
    const failures: Failure[] = [];
    for (const event of options.before ?? []) {
      this.#seq = event.seq;
      failures.push(...this.#tell((notifier) => notifier.onPastEvent?.(event)));
    }
    for (const failure of failures) this.#retire(failure);
  }

  readonly emit = (body: EventBody): void => {
    const stamped = { ...body, seq: this.#seq + 1, at: (this.#options.now?.() ?? new Date()).toISOString() };
    const event: RunEvent = maskDeep(stamped, this.#options.mask);
    // What is no JSON, such as a metric that is a BigInt, is the fault of who says it and takes no number.
    const line = JSON.stringify(event);
    this.#seq += 1;
    this.#ahead.add(event, line);
  };

  /** Writes the events that had no room in the journal. Gives the problem when the disk is still full. */
  readonly flush = (): HostExhausted | undefined => this.#ahead.flush();

  /** Resolves when everything that is in the journal is on the disk and was shown. */
  settled(): Promise<void> {
    return this.#ahead.settled();
  }

  /** Closes the notifiers that still work and gives the paths of what they made, by notifier name. */
  async close(): Promise<ReadonlyMap<string, readonly string[]>> {
    await this.settled();
    const made = new Map<string, readonly string[]>();
    for (const notifier of this.#active) {
      // What others fail with comes too late for it.
      this.#active.delete(notifier);
      try {
        made.set(notifier.name, await within(this.#options.closeLimitMs ?? CLOSE_LIMIT_MS, notifier.close()));
      } catch (error) {
        this.#retire({ notifier, error });
      }
    }
    return made;
  }

  /** A notifier that throws must not harm the run: it hears no more, and the others are told. */
  #tell(of: (notifier: Notifier) => void): readonly Failure[] {
    const failures: Failure[] = [];
    for (const notifier of this.#active) {
      try {
        of(notifier);
      } catch (error) {
        this.#active.delete(notifier);
        failures.push({ notifier, error });
      }
    }
    return failures;
  }

  #retire({ notifier, error }: Failure): void {
    this.#active.delete(notifier);
    const reason = error instanceof Error ? error.message : String(error);
    this.emit({
      type: "notice",
      level: "error",
      text: `The notifier '${notifier.name}' failed and was switched off: ${reason}`,
    });
  }
}

/** What takes longer is left behind. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it was not over after ${limitMs / 1000} s`)), limitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Failure {
  readonly notifier: Notifier;
  readonly error: unknown;
}
