import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { writeError } from "../errors/disk-full.ts";
import type { EventType, RunEvent } from "./types.ts";

/** Events after which the journal must survive a power loss: what they say is never run or asked again. */
const DURABLE: ReadonlySet<EventType> = new Set(["run-started", "case-finished", "run-finished"]);

/** The append-only record of a run: one JSON event a line (NDJSON). The truth from which every report is made. */
export class Journal implements Disposable {
  readonly path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "ax", 0o644);
  }

  /** Appends one event; results are on the disk when this returns. Throws HostExhausted when the disk is full. */
  append(event: RunEvent): void {
    if (this.#file === undefined) {
      throw new Error(`The journal '${this.path}' is closed.`);
    }
    try {
      writeAll(this.#file, Buffer.from(`${JSON.stringify(event)}\n`));
      if (DURABLE.has(event.type)) {
        fsyncSync(this.#file);
      }
    } catch (error) {
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

/** Reads a journal. A torn last line, left by a crash in mid-write, is dropped. */
export function readJournal(path: string): RunEvent[] {
  const lines = readFileSync(path, "utf8").split("\n");
  const last = lines.pop() ?? "";
  const events = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RunEvent);
  try {
    return last === "" ? events : [...events, JSON.parse(last) as RunEvent];
  } catch {
    return events;
  }
}
