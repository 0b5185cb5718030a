import { withoutCommands } from "../build-server-commands.ts";

/** Where the console writes. A subset of a Node stream, so that tests can give their own. */
export interface ConsoleStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const ERASE_BELOW = "\x1b[0J";

/** A few lines at the bottom of a terminal that are drawn again and again, with lasting lines scrolling away above them. */
export class LiveBlock {
  readonly #stream: ConsoleStream;
  #height = 0;

  constructor(stream: ConsoleStream) {
    this.#stream = stream;
  }

  /** Prints `lasting` above the block and draws the block anew, in one write so that it does not flicker. Block lines must fit the terminal. */
  draw(lasting: readonly string[], block: readonly string[]): void {
    const text = this.#erase() + withoutCommands([...lasting, ...block].map((line) => `${line}\n`).join(""));
    this.#height = block.length;
    if (text !== "") this.#stream.write(text);
  }

  #erase(): string {
    return this.#height === 0 ? "" : `\x1b[${this.#height}A\r${ERASE_BELOW}`;
  }
}
