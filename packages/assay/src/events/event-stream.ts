import type { Notifier } from "../notifiers/notifier.ts";
import type { Journal } from "./journal.ts";
import { maskDeep } from "./mask.ts";
import type { EventBody, RunEvent } from "./types.ts";

export interface EventStreamOptions {
  readonly journal: Journal;
  readonly notifiers: readonly Notifier[];
  readonly mask: (text: string) => string;
  readonly now?: () => Date;
  /** Events of a run that is gone on with. */
  readonly before?: readonly RunEvent[];
}

/** Gives every event its number and time, masks it, writes it to the journal, then shows it to the notifiers. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #active: Set<Notifier>;
  #seq = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#active = new Set(options.notifiers);
    this.#seq = options.before?.at(-1)?.seq ?? 0;
    this.#tellOfBefore(options.before ?? []);
  }

  readonly emit = (body: EventBody): void => {
    const stamped = { ...body, seq: ++this.#seq, at: (this.#options.now?.() ?? new Date()).toISOString() };
    const event: RunEvent = maskDeep(stamped, this.#options.mask);
    this.#options.journal.append(event);
    const failures = [...this.#active].flatMap((notifier) => failureOf(notifier, () => notifier.onEvent(event)));
    for (const { notifier, error } of failures) {
      this.#retire(notifier, error);
    }
  };

  /** Closes the notifiers that still work and gives the paths of what they made, by notifier name. */
  async close(): Promise<ReadonlyMap<string, readonly string[]>> {
    const made = new Map<string, readonly string[]>();
    for (const notifier of this.#active) {
      try {
        made.set(notifier.name, await notifier.close());
      } catch (error) {
        this.#retire(notifier, error);
      }
    }
    return made;
  }

  #tellOfBefore(events: readonly RunEvent[]): void {
    const failures = [...this.#active].flatMap((notifier) =>
      failureOf(notifier, () => {
        for (const event of events) notifier.onPastEvent?.(event);
      }),
    );
    for (const { notifier, error } of failures) this.#retire(notifier, error);
  }

  // A notifier that throws must not harm the run: it is dropped and the others are told.
  #retire(notifier: Notifier, error: unknown): void {
    this.#active.delete(notifier);
    const reason = error instanceof Error ? error.message : String(error);
    this.emit({
      type: "notice",
      level: "error",
      text: `The notifier '${notifier.name}' failed and was switched off: ${reason}`,
    });
  }
}

function failureOf(notifier: Notifier, tell: () => void): readonly { notifier: Notifier; error: unknown }[] {
  try {
    tell();
    return [];
  } catch (error) {
    return [{ notifier, error }];
  }
}
