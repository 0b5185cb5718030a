import type { RunEvent } from "../events/types.ts";

/** Something that turns the event stream into output. It never changes the run; when it throws it is switched off with a notice. */
export interface Notifier {
  readonly name: string;
  onEvent(event: RunEvent): void;
  /**
   * Called for each event of a run that was cut off and is gone on with, before the first new one. For notifiers that
   * make a report of the whole run; those that told of an event when it happened leave it out.
   */
  onPastEvent?(event: RunEvent): void;
  /** Called once after the last event; writes what is written at the end. Gives the paths of what it made. */
  close(): Promise<readonly string[]>;
}
