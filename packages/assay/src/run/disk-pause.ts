import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { HostExhausted } from "../errors/catalogue.ts";
import { isDiskFull } from "../errors/disk-full.ts";

/** Less room than this is none: the next case would find the disk full again. */
const LEAST_BYTES = 64 * 1024;
/** No system tells when a disk has room again, so it is tried this often. */
const TRY_EVERY_MS = 1000;
/** Then the run ends; what is final is in the journal. */
const LONGEST_PAUSE_MS = 60 * 60_000;

export interface DiskPauseOptions {
  /** Of the run. */
  readonly folder: string;
  /** Writes what waits to be written; gives the problem when that is not possible. */
  readonly flush: () => HostExhausted | undefined;
  /** Tells a person; the journal cannot be written. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Holds a run up while its disk is full. */
export class DiskPause {
  readonly #options: DiskPauseOptions;
  #pause: Promise<void> | undefined;

  constructor(options: DiskPauseOptions) {
    this.#options = options;
  }

  /**
   * Resolves when everything that happened is written and, after `problem`, when there is room again. Throws the problem
   * when the run is cancelled or there is none for an hour. Signals, timers and the disk have had their turn by then:
   * short cases on this machine wait for nothing, and ten thousand of them would let nobody else in.
   */
  readonly room = async (problem?: HostExhausted): Promise<void> => {
    await turn();
    const full = this.#options.flush() ?? problem;
    if (full === undefined) return;
    this.#pause ??= this.#wait(full).finally(() => {
      this.#pause = undefined;
    });
    await this.#pause;
  };

  /** True for a problem of the disk of the run folder, and not of memory or another disk. */
  readonly isCauseOf = (error: unknown): error is HostExhausted =>
    error instanceof HostExhausted && !hasRoom(this.#options.folder);

  async #wait(full: HostExhausted): Promise<void> {
    const { folder, flush, say, signal } = this.#options;
    say(`${full.message} The run pauses until there is room; Ctrl-C ends it.`);
    const deadlineMs = performance.now() + LONGEST_PAUSE_MS;
    while (!hasRoom(folder) || flush() !== undefined) {
      if (signal.aborted || performance.now() > deadlineMs) throw full;
      await sleep(TRY_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    say("There is room again, and the run goes on.");
  }
}

function hasRoom(folder: string): boolean {
  const path = join(folder, ".room");
  try {
    const file = openSync(path, "w");
    try {
      const written = writeSync(file, Buffer.alloc(LEAST_BYTES));
      // Some file systems look for a place only now.
      fsyncSync(file);
      return written === LEAST_BYTES;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}
