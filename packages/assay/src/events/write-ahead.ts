import { HostExhausted } from "../errors/catalogue.ts";
import type { Journal } from "./journal.ts";
import type { EventType, RunEvent } from "./types.ts";

/** Events that are on the disk before anything else is done: they are few, and all others hang on them. */
const AT_ONCE: ReadonlySet<EventType> = new Set(["run-started", "run-resumed", "run-finished"]);

type JournalFile = Pick<Journal, "append" | "sync" | "syncNow" | "cutTo" | "isClosed">;

/** An event that is in the journal and that nobody has heard of. */
interface Written {
  readonly event: RunEvent;
  /** The byte of the journal at which it begins. */
  readonly from: number;
  /** A result that could get lost with the machine: neither it nor what comes after it may be told. */
  isUnsafe: boolean;
}

/**
 * Writes events into the journal and shows them in their order. Nobody hears of a result, or of what came after it,
 * before it is on the disk, where neither a killed process nor a power loss takes it away: what was told is never run
 * again. The run does not wait for the disk, and results that end while it is busy share its next flush.
 */
export class WriteAhead {
  readonly #journal: JournalFile;
  readonly #show: (event: RunEvent) => void;
  /** Not in the journal, which had no room. */
  readonly #held: RunEvent[] = [];
  #written: Written[] = [];
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

  add(event: RunEvent): void {
    this.#held.push(event);
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

  /** Resolves when everything that is in the journal is on the disk and was shown. */
  async settled(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #write(): HostExhausted | undefined {
    try {
      for (let event = this.#held[0]; event !== undefined; event = this.#held[0]) {
        const from = this.#journal.append(event);
        this.#held.shift();
        this.#written.push({ event, from, isUnsafe: event.type === "case-finished" });
        if (AT_ONCE.has(event.type)) this.#syncNow();
      }
      if (this.#isDoubtful) this.#syncNow();
    } catch (error) {
      if (error instanceof HostExhausted) return error;
      throw error;
    }
    return undefined;
  }

  #syncNow(): void {
    try {
      this.#journal.syncNow();
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.#isDoubtful = false;
    for (const written of this.#written) written.isUnsafe = false;
  }

  /** After a failed flush nobody knows what of the file is on the disk: what was not told is written again. */
  #takeBack(): void {
    this.#isDoubtful = true;
    const [first] = this.#written;
    if (first === undefined) return;
    this.#journal.cutTo(first.from);
    this.#held.unshift(...this.#written.map(({ event }) => event));
    this.#written = [];
  }

  /** One at a time: what ends meanwhile has its turn together. */
  #startSync(): void {
    const batch = [...this.#written];
    if (this.#syncing !== undefined || batch.length === 0) return;
    this.#syncing = this.#sync(batch).finally(() => {
      this.#syncing = undefined;
      if (this.#failure === undefined) this.#startSync();
    });
  }

  /** Never rejects: nobody may be waiting for it. */
  async #sync(batch: readonly Written[]): Promise<void> {
    try {
      await this.#journal.sync();
      for (const written of batch) written.isUnsafe = false;
      this.#showSafe();
    } catch (error) {
      // A run that ended early closes its journal without waiting.
      if (this.#journal.isClosed) this.#failure ??= { error };
      else if (error instanceof HostExhausted) this.#takeBack();
      else this.#failure ??= { error };
    }
  }

  #showSafe(): void {
    // What is shown may make events of its own; they come after those that wait.
    if (this.#isShowing) return;
    this.#isShowing = true;
    try {
      for (let next = this.#written[0]; next !== undefined && !next.isUnsafe; next = this.#written[0]) {
        this.#written.shift();
        this.#show(next.event);
      }
    } finally {
      this.#isShowing = false;
    }
  }
}
