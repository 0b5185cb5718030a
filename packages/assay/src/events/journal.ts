import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { JournalUnreadable } from "../errors/catalogue.ts";
import { writeError } from "../errors/disk-full.ts";
import type { EventType, RunEvent } from "./types.ts";

/** Events after which the journal must survive a power loss: what they say is never run or asked again. */
const DURABLE: ReadonlySet<EventType> = new Set(["run-started", "run-resumed", "case-finished", "run-finished"]);

/** The append-only record of a run: one JSON event a line (NDJSON). The truth from which every report is made. */
export class Journal implements Disposable {
  readonly path: string;
  #file: number | undefined;
  #sizeBytes = 0;

  /** Begins a new file, or goes on behind what was read of one; a torn line at its end is removed. */
  constructor(path: string, before?: JournalContent) {
    this.path = path;
    this.#file = openSync(path, before === undefined ? "ax" : "a", 0o644);
    if (before === undefined) return;
    try {
      ftruncateSync(this.#file, before.sizeBytes);
      if (!before.endsLine) writeAll(this.#file, Buffer.from("\n"));
      this.#sizeBytes = before.sizeBytes + (before.endsLine ? 0 : 1);
    } catch (error) {
      closeSync(this.#file);
      throw writeError(error, path);
    }
  }

  /**
   * Appends one event; results are on the disk when this returns. Throws HostExhausted when the disk is full; then
   * nothing of the event is in the file, and it can be appended again.
   */
  append(event: RunEvent): void {
    const file = this.#file;
    if (file === undefined) {
      throw new Error(`The journal '${this.path}' is closed.`);
    }
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      writeAll(file, line);
      if (DURABLE.has(event.type)) {
        fsyncSync(file);
      }
      this.#sizeBytes += line.length;
    } catch (error) {
      ftruncateSync(file, this.#sizeBytes);
      throw writeError(error, this.path, "Free some space; the results up to here are in the journal.");
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) {
      closeSync(this.#file);
      this.#file = undefined;
    }
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written);
  }
}

/** What a journal holds, up to a line that was torn by a crash. */
export interface JournalContent {
  readonly events: readonly RunEvent[];
  /** Of the whole lines. */
  readonly sizeBytes: number;
  /** False when only the end of line is missing. */
  readonly endsLine: boolean;
}

/** The events of a journal, read as `readWholeLines` does. */
export const readJournal = (path: string): readonly RunEvent[] => readWholeLines(path).events;

/**
 * Reads a journal. A torn last line, left by a crash in mid-write, is dropped. Throws JournalUnreadable when the file
 * cannot be read or another line is damaged.
 */
export function readWholeLines(path: string): JournalContent {
  const content = contentOf(path);
  const lines = content.split("\n");
  while (lines.at(-1) === "") lines.pop();
  const events: RunEvent[] = [];
  for (const [index, line] of lines.entries()) {
    const event = parseEvent(line);
    if (event !== undefined) events.push(event);
    else if (index < lines.length - 1) throw damaged(path, index + 1);
  }
  const whole = lines.slice(0, events.length).join("\n");
  const endsLine = events.length === 0 || content.charAt(whole.length) === "\n";
  const ended = events.length > 0 && endsLine ? 1 : 0;
  return { events, sizeBytes: Buffer.byteLength(whole) + ended, endsLine };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JournalUnreadable(`The journal '${path}' cannot be read: ${reason}.`, {
      help: "Give this user the right to read it, or work on a copy.",
      cause: error,
    });
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
