import { HostExhausted } from "../errors/catalogue.ts";
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

/**
 * Gives every event its number and time, masks it, writes it to the journal, then shows it to the notifiers. While the
 * disk is full events are held.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #active: Set<Notifier>;
  /** Events that are not in the journal yet. */
  readonly #held: RunEvent[] = [];
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
    this.#held.push(event);
    this.flush();
  };

  /**
   * Writes the events that had no room in the journal and shows them to the notifiers, who hear of nothing that could
   * get lost. Gives the problem when the disk is still full.
   */
  readonly flush = (): HostExhausted | undefined => {
    for (let event = this.#held[0]; event !== undefined; event = this.#held[0]) {
      try {
        this.#options.journal.append(event);
      } catch (error) {
        if (error instanceof HostExhausted) return error;
        throw error;
      }
      this.#held.shift();
      this.#show(event);
    }
    return undefined;
  };

  #show(event: RunEvent): void {
    const failures = [...this.#active].flatMap((notifier) => failureOf(notifier, () => notifier.onEvent(event)));
    for (const { notifier, error } of failures) {
      this.#retire(notifier, error);
    }
  }

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
