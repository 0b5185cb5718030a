import type { EntryKind } from "../format.ts";
import { recordedError } from "../recorded-error.ts";

/** An entry before anything in it is masked; `data` holds values as they were. */
export interface RawEntry {
  readonly kind: EntryKind;
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Gathers what happens to one case's nodes, in the order in which it happens. */
export class Recorder {
  readonly #startedMs = performance.now();
  readonly #entries: RawEntry[] = [];
  readonly #secrets = new Set<string>();
  #calls = 0;
  #isClosed = false;

  get entries(): readonly RawEntry[] {
    return this.#entries;
  }

  /** What single commands said must not appear in logs. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets;
  }

  learn(secrets: readonly string[] = []): void {
    for (const secret of secrets) this.#secrets.add(secret);
  }

  /** Notes that something is asked of a node and gives the number under which its answer belongs. */
  call(node: string, via: string, method: string, request: unknown): number {
    const id = ++this.#calls;
    this.add("call", { id, node, via, method, request });
    return id;
  }

  /** Notes the answer of a call, or its error, and gives it on. */
  async answer<T>(id: number, answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      const value = await answer;
      this.add("result", { id, value });
      return value;
    } catch (error) {
      this.fail(id, error, signal);
      throw error;
    }
  }

  fail(id: number, error: unknown, signal: AbortSignal | undefined): void {
    this.add("result", { id, error: recordedError(error, signal) });
  }

  add(kind: EntryKind, data: Readonly<Record<string, unknown>>): void {
    if (this.#isClosed) return;
    this.#entries.push({ kind, at: Math.round((performance.now() - this.#startedMs) * 10) / 10, data });
  }

  /** What comes later, from commands the case left behind, is no part of it. */
  close(): void {
    this.#isClosed = true;
  }
}
