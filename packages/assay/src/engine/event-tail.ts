import { open } from "node:fs/promises";
import { JournalUnreadable } from "../errors/catalogue.ts";
import type { RunEvent } from "../events/types.ts";

/** Read at once; a longer event is read with more. */
const CHUNK_BYTES = 64 * 1024;
const END_OF_LINE = 0x0a;

/**
 * The events of one run for whoever reads them, each reader from the first one on and at its own pace. They are read
 * from the journal, so that a slow reader neither holds the run up nor fills the memory. Between two reads nothing is
 * open: a reader may be left at any time.
 */
export class EventTail implements AsyncIterable<RunEvent> {
  #path: string | undefined;
  /** Number of the last event that is in the journal for good. */
  #safe = 0;
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  /** The journal at `path` has its events for good up to this number. */
  grew(path: string, seq: number): void {
    this.#path = path;
    this.#safe = seq;
    this.#wake();
  }

  /** No event will follow. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** Throws JournalUnreadable when the journal was removed meanwhile. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    let position = 0;
    let seen = 0;
    let buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      // Asked before the journal is read: what comes in between must not be missed.
      const { promise: changed } = this.#changed;
      const isOver = this.#isOver;
      if (this.#path === undefined || seen === this.#safe) {
        if (isOver) return;
        await changed;
        continue;
      }
      const length = await readAt(this.#path, position, buffer);
      let from = 0;
      for (let to = lineEnd(buffer, from, length); to !== -1; to = lineEnd(buffer, from, length)) {
        if (seen === this.#safe) break;
        const event: RunEvent = JSON.parse(buffer.toString("utf8", from, to));
        from = to + 1;
        seen = event.seq;
        yield event;
      }
      position += from;
      if (from === 0 && length < buffer.length) {
        if (isOver) throw unreadable(this.#path, "it is shorter than it was");
        // On a full disk what may be lost of it is taken back, and written again when there is room.
        await changed;
      } else if (from === 0) buffer = Buffer.alloc(buffer.length * 2);
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** Index of the end of the line that begins at `from`; -1 when it is not within the first `length` bytes. */
function lineEnd(buffer: Buffer, from: number, length: number): number {
  const index = buffer.indexOf(END_OF_LINE, from);
  return index < length ? index : -1;
}

async function readAt(path: string, position: number, buffer: Uint8Array): Promise<number> {
  try {
    await using file = await open(path, "r");
    return (await file.read(buffer, 0, buffer.length, position)).bytesRead;
  } catch (error) {
    throw unreadable(path, String(error), error);
  }
}

const unreadable = (path: string, why: string, cause?: unknown): JournalUnreadable =>
  new JournalUnreadable(`The journal '${path}' cannot be read while its run goes on: ${why}.`, {
    help: "Leave the run folder as it is until its events are read.",
    cause,
  });
