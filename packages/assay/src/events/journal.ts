import { closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { HostExhausted, JournalUnreadable, JournalUnwritable } from "../errors/catalogue.ts";
import { writeError } from "../errors/disk-full.ts";
import { JournalLines } from "./journal-lines.ts";
import type { RunEvent } from "./types.ts";

const HELP = "Free some space; the results up to here are in the journal.";

/**
 * The append-only record of a run: one JSON event a line (NDJSON). The truth from which every report is made. Every
 * method throws HostExhausted when the disk is full and JournalUnwritable when it fails otherwise.
 */
export class Journal implements Disposable {
  readonly path: string;
  #file: number | undefined;
  #sizeBytes = 0;

  /** Begins a new file, or goes on behind what was read of one; a torn line at its end is removed. */
  constructor(path: string, before?: JournalContent) {
    this.path = path;
    try {
      this.#file = openSync(path, before === undefined ? "ax" : "a", 0o644);
    } catch (error) {
      throw notWritten(error, path);
    }
    if (before === undefined) return;
    try {
      ftruncateSync(this.#file, before.sizeBytes);
      if (!before.endsLine) writeAll(this.#file, Buffer.from("\n"));
      this.#sizeBytes = before.sizeBytes + (before.endsLine ? 0 : 1);
    } catch (error) {
      closeSync(this.#file);
      throw notWritten(error, path);
    }
  }

  /**
   * Appends the line of one event and gives the byte at which it begins. It survives the death of this process; `sync`
   * makes it survive that of the machine. When it throws HostExhausted, nothing of the event is in the file.
   */
  append(event: string): number {
    const file = this.#open();
    const line = Buffer.from(`${event}\n`);
    const from = this.#sizeBytes;
    try {
      writeAll(file, line);
      this.#sizeBytes += line.length;
    } catch (error) {
      this.cutTo(from);
      throw notWritten(error, this.path);
    }
    return from;
  }

  /** Everything that is in the file now is on the disk when this resolves. Rejects when it was closed meanwhile. */
  async sync(): Promise<void> {
    try {
      await promisify(fdatasync)(this.#open());
    } catch (error) {
      throw notWritten(error, this.path);
    }
    // The number of a closed file may be that of another one by the time it is flushed.
    this.#open();
  }

  /** Everything that is in the file is on the disk when this returns. */
  syncNow(): void {
    try {
      fdatasyncSync(this.#open());
    } catch (error) {
      throw notWritten(error, this.path);
    }
  }

  /** Takes back what stands from this byte on. */
  cutTo(sizeBytes: number): void {
    try {
      ftruncateSync(this.#open(), sizeBytes);
    } catch (error) {
      throw notWritten(error, this.path);
    }
    this.#sizeBytes = sizeBytes;
  }

  get isClosed(): boolean {
    return this.#file === undefined;
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) {
      closeSync(this.#file);
      this.#file = undefined;
    }
  }

  #open(): number {
    if (this.#file === undefined) throw new Error(`The journal '${this.path}' is closed.`);
    return this.#file;
  }
}

function notWritten(error: unknown, path: string): unknown {
  const problem = writeError(error, path, HELP);
  if (problem instanceof HostExhausted || !(error instanceof Error && "code" in error)) return problem;
  return new JournalUnwritable(`The journal '${path}' cannot be written: ${error.message}.`, {
    help: "Find out what is wrong with its disk; 'assay resume' goes on with the run once there is a way to write.",
    cause: error,
  });
}

function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written);
  }
}

/** What a journal holds, up to a line that was torn by a crash. */
export interface JournalContent {
  /**
   * Read from the file each time they are asked for, because a long journal has no place in memory. Throws
   * JournalUnreadable at a damaged line.
   */
  readonly events: Iterable<RunEvent>;
  /** Of the whole lines. */
  readonly sizeBytes: number;
  /** False when only the end of line is missing. */
  readonly endsLine: boolean;
}

/** All events of a journal at once, read as `readWholeLines` does. */
export const readJournal = (path: string): readonly RunEvent[] => [...readWholeLines(path).events];

/**
 * Finds out what a journal holds. A torn last line, left by a crash in mid-write, is dropped. Throws JournalUnreadable
 * when the file cannot be read.
 */
export function readWholeLines(path: string): JournalContent {
  using lines = new JournalLines(path);
  const last = lines.last();
  const isTorn = parseEvent(last.text) === undefined;
  const sizeBytes = isTorn ? last.from : last.to + (last.isEnded ? 1 : 0);
  const endsLine = isTorn || last.isEnded;
  const events = { [Symbol.iterator]: () => eventsOf(path, sizeBytes) };
  return { events, sizeBytes, endsLine };
}

/** The events that stand in the first `sizeBytes` of a journal. */
function* eventsOf(path: string, sizeBytes: number): Generator<RunEvent, void, undefined> {
  using lines = new JournalLines(path);
  let line = 0;
  for (const text of lines.first(sizeBytes)) {
    line += 1;
    const event = parseEvent(text);
    if (event === undefined) throw damaged(path, line);
    yield event;
  }
}

function parseEvent(line: string): RunEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// What every event has; the rest is trusted, because only assay writes journals.
const isEvent = (value: unknown): value is RunEvent =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  typeof value.type === "string" &&
  "at" in value &&
  typeof value.at === "string";

const damaged = (path: string, line: number): JournalUnreadable =>
  new JournalUnreadable(`The journal '${path}' is damaged: line ${line} is no event.`, {
    help:
      line === 1
        ? "Restore the file from a copy, or run the cases again."
        : `Restore the file from a copy, or keep what stands before the damage: head -n ${line - 1} journal.ndjson, in a copy of the folder.`,
  });
