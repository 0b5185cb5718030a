import type { LogLine } from "./run-summary.ts";

const HEAD_LINES = 100;
const TAIL_LINES = 400;
const LINE_LENGTH = 4000;
const SHORT_HEAD_LINES = 10;
const SHORT_TAIL_LINES = 20;

/** Keeps the first 100 and the last 400 lines of a log, each up to 4000 characters, so that a chatty case cannot fill memory. */
export class BoundedLog {
  #head: LogLine[] = [];
  #tail: LogLine[] = [];
  #total = 0;

  push(line: LogLine): void {
    const kept =
      line.text.length > LINE_LENGTH
        ? { ...line, text: `${line.text.slice(0, LINE_LENGTH)} … (${line.text.length - LINE_LENGTH} characters cut)` }
        : line;
    this.#total += 1;
    if (this.#head.length < HEAD_LINES) {
      this.#head.push(kept);
      return;
    }
    this.#tail.push(kept);
    // Cut only when the tail has doubled: a shift per line would make a long log quadratic.
    if (this.#tail.length >= 2 * TAIL_LINES) this.#tail = this.#tail.slice(-TAIL_LINES);
  }

  get lines(): readonly LogLine[] {
    return [...this.#head, ...this.#tail.slice(-TAIL_LINES)];
  }

  /** Characters that are kept. */
  get length(): number {
    return this.lines.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Keeps no more than the first 10 and the last 20 lines. */
  shorten(): void {
    const { lines } = this;
    if (lines.length <= SHORT_HEAD_LINES + SHORT_TAIL_LINES) return;
    this.#head = lines.slice(0, SHORT_HEAD_LINES);
    this.#tail = lines.slice(-SHORT_TAIL_LINES);
  }

  get dropped(): number {
    return this.#total - this.#head.length - Math.min(this.#tail.length, TAIL_LINES);
  }
}
