import { HostExhausted } from "../errors/catalogue.ts";
import type { Journal } from "./journal.ts";
import type { EventType, RunEvent } from "./types.ts";

/** Events that are on the disk before anything else is done: they are few, and all others hang on them. */
const AT_ONCE: ReadonlySet<EventType> = new Set(["run-started", "run-resumed", "run-finished"]);

/** Events that are not told before they are on the disk, and neither is what comes after them. */
const SAFE_FIRST: ReadonlySet<EventType> = new Set([...AT_ONCE, "case-finished"]);

/** More that was told and may not be on the disk is flushed, because it is kept in memory until then. */
const MOST_TOLD = 1000;

type JournalFile = Pick<Journal, "append" | "sync" | "syncNow" | "cutTo" | "isClosed">;

interface Entry {
  readonly event: RunEvent;
  /** Its line of the journal. */
  readonly line: string;
  /** The byte of the journal at which it begins. */
  from: number;
  isOnDisk: boolean;
  isTold: boolean;
}

/**
 * Writes events into the journal and shows them in their order. Nobody hears of a result, or of what came after it,
 * before it is on the disk, where neither a killed process nor a power loss takes it away: what was told is never run
 * again. The run does not wait for the disk, and results that end while it is busy share its next flush. There is one
 * flush at a time: of two the kernel would tell only one that it failed.
 */
export class WriteAhead {
  readonly #journal: JournalFile;
  readonly #show: (event: RunEvent) => void;
  /** Not in the journal, which had no room. */
  readonly #held: Entry[] = [];
  /** In the journal, and told to nobody. */
  #written: Entry[] = [];
  /** In the journal and told, and perhaps not on the disk. */
  #told: Entry[] = [];
  #syncing: Promise<void> | undefined;
  /** The disk did not take what it had seemed to take. */
  #isDoubtful = false;
  #isShowing = false;
  /** What ended the journal; there is no going on. */
  #failure: { readonly error: unknown } | undefined;

  constructor(journal: JournalFile, show: (event: RunEvent) => void) {
    this.#journal = journal;
    this.#show = show;
  }

  add(event: RunEvent, line: string): void {
    this.#held.push({ event, line, from: 0, isOnDisk: false, isTold: false });
    this.flush();
  }

  /** Writes what had no room. Gives the problem when the disk is still full; throws what else is wrong with it. */
  readonly flush = (): HostExhausted | undefined => {
    if (this.#failure !== undefined) throw this.#failure.error;
    const problem = this.#write();
    this.#showSafe();
    this.#startSync();
    return problem;
  };

  /** Resolves when everything that is in the journal is on the disk and was shown. What had no room still waits. */
  async settled(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #write(): HostExhausted | undefined {
    try {
      for (let entry = this.#held[0]; entry !== undefined; entry = this.#held[0]) {
        entry.from = this.#journal.append(entry.line);
        this.#held.shift();
        (entry.isTold ? this.#told : this.#written).push(entry);
        if (AT_ONCE.has(entry.event.type)) this.#syncNow();
      }
      if (this.#isDoubtful) this.#syncNow();
    } catch (error) {
      if (error instanceof HostExhausted) return error;
      this.#failure ??= { error };
      throw error;
    }
    return undefined;
  }

  #syncNow(): void {
    // What is new waits for the flush after the one that goes on.
    if (this.#syncing !== undefined) return;
    try {
      this.#journal.syncNow();
    } catch (error) {
      if (error instanceof HostExhausted) this.#takeBack();
      throw error;
    }
    this.#areOnDisk([...this.#told, ...this.#written]);
  }

  /** After a failed flush nobody knows what of it is on the disk: all is written again, also what was told. */
  #takeBack(): void {
    this.#isDoubtful = true;
    const entries = [...this.#told, ...this.#written];
    const [first] = entries;
    if (first === undefined) return;
    this.#journal.cutTo(first.from);
    for (const entry of entries) entry.isOnDisk = false;
    this.#held.unshift(...entries);
    this.#told = [];
    this.#written = [];
  }

  #areOnDisk(entries: readonly Entry[]): void {
    this.#isDoubtful = false;
    for (const entry of entries) entry.isOnDisk = true;
    this.#told = this.#told.filter(({ isOnDisk }) => !isOnDisk);
  }

  #startSync(): void {
    if (this.#syncing !== undefined || this.#failure !== undefined) return;
    if (this.#written.length === 0 && this.#told.length < MOST_TOLD) return;
    this.#syncing = this.#sync([...this.#told, ...this.#written]);
  }

  /** Never rejects: nobody may be waiting for it. What ends meanwhile has its turn together. */
  async #sync(batch: readonly Entry[]): Promise<void> {
    try {
      await this.#journal.sync();
      this.#syncing = undefined;
      this.#areOnDisk(batch);
      this.#showSafe();
    } catch (error) {
      this.#syncing = undefined;
      this.#lose(error);
    }
    this.#startSync();
  }

  #lose(error: unknown): void {
    // A run that ended early closes its journal without waiting.
    if (this.#journal.isClosed || !(error instanceof HostExhausted)) {
      this.#failure ??= { error };
      return;
    }
    try {
      this.#takeBack();
    } catch (broken) {
      this.#failure ??= { error: broken };
    }
  }

  #showSafe(): void {
    // What is shown may make events of its own; they come after those that wait.
    if (this.#isShowing) return;
    this.#isShowing = true;
    try {
      for (let next = this.#written[0]; next !== undefined && mayBeTold(next); next = this.#written[0]) {
        this.#written.shift();
        next.isTold = true;
        if (!next.isOnDisk) this.#told.push(next);
        this.#show(next.event);
      }
    } finally {
      this.#isShowing = false;
    }
  }
}

const mayBeTold = ({ event, isOnDisk }: Entry): boolean => isOnDisk || !SAFE_FIRST.has(event.type);
