import { appendFileSync } from "node:fs";

/** As much as this is written at once, and no more is lost when the process is killed. */
const MOST_LENGTH = 64 * 1024;
/** How old text may become before it is written: somebody may be looking on, and the process may be killed. */
const OLDEST_MS = 1000;

/**
 * A text file that is written in few large pieces and made when there is something to write: a short case costs one
 * write and no empty files.
 */
export class GatheredFile {
  readonly #pathOf: () => string;
  readonly #onError: (error: unknown) => void;
  #text = "";
  #timer: NodeJS.Timeout | undefined;

  /** `pathOf` is asked before each write and may throw as writing may; `onError` gets what was thrown. */
  constructor(pathOf: () => string, onError: (error: unknown) => void) {
    this.#pathOf = pathOf;
    this.#onError = onError;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= MOST_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), OLDEST_MS).unref();
  }

  /** Writes what has gathered. What could not be written is lost, and `onError` is told. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    try {
      // What stands there is of a case whose start a power loss took out of the journal.
      appendFileSync(this.#pathOf(), text);
    } catch (error) {
      this.#onError(error);
    }
  }
}
