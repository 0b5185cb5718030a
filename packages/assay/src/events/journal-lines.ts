import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { JournalUnreadable } from "../errors/catalogue.ts";

const CHUNK_BYTES = 1 << 20;
const LINE_END = 10;

/** The lines of a journal file one after the other: it may be longer than memory, and than a string may be. */
export class JournalLines implements Disposable {
  readonly #file: ReadFile;

  /** Throws JournalUnreadable, as reading does. */
  constructor(path: string) {
    this.#file = new ReadFile(path);
  }

  /** The lines in the first `sizeBytes`, from the first one on. */
  *first(sizeBytes: number): Generator<string, void, undefined> {
    // Of a line that goes on in the next chunk.
    let begun: Buffer[] = [];
    for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) {
      const chunk = this.#file.read(at, Math.min(at + CHUNK_BYTES, sizeBytes));
      let start = 0;
      for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
        const rest = chunk.subarray(start, end);
        yield (begun.length === 0 ? rest : Buffer.concat([...begun, rest])).toString();
        begun = [];
        start = end + 1;
      }
      if (start < chunk.length) begun.push(chunk.subarray(start));
    }
    if (begun.length > 0) yield Buffer.concat(begun).toString();
  }

  /** The last line that is not empty. */
  last(): LastLine {
    const { sizeBytes } = this.#file;
    let to: number | undefined;
    const parts: Buffer[] = [];
    for (let end = sizeBytes; end > 0; end -= CHUNK_BYTES) {
      const at = Math.max(0, end - CHUNK_BYTES);
      let chunk = this.#file.read(at, end);
      if (to === undefined) {
        const length = chunk.findLastIndex((byte) => byte !== LINE_END) + 1;
        if (length === 0) continue;
        to = at + length;
        chunk = chunk.subarray(0, length);
      }
      const before = chunk.lastIndexOf(LINE_END);
      parts.unshift(chunk.subarray(before + 1));
      if (before !== -1) break;
    }
    const line = Buffer.concat(parts);
    const end = to ?? 0;
    return { text: line.toString(), from: end - line.length, to: end, isEnded: end < sizeBytes };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

export interface LastLine {
  readonly text: string;
  /** Its first byte and the one behind its last, the end of line not counted. */
  readonly from: number;
  readonly to: number;
  readonly isEnded: boolean;
}

/** A file that is read in parts. What goes wrong comes out as JournalUnreadable. */
class ReadFile implements Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly sizeBytes: number;

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#trying(() => openSync(path, "r"));
    this.sizeBytes = this.#trying(() => fstatSync(this.#file).size);
  }

  /** Shorter when the file has become shorter. */
  read(from: number, to: number): Buffer {
    const bytes = Buffer.allocUnsafe(to - from);
    let length = 0;
    for (;;) {
      const read = this.#trying(() => readSync(this.#file, bytes, length, bytes.length - length, from + length));
      length += read;
      if (read === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #trying<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new JournalUnreadable(`The journal '${this.#path}' cannot be read: ${reason}.`, {
        help: "Give this user the right to read it, or work on a copy.",
        cause: error,
      });
    }
  }
}
