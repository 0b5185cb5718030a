export interface MarkedStreamParts {
  /** Bytes in front of the marker, as they come. */
  readonly onBefore: (chunk: Uint8Array) => void;
  /** The rest of the marker's line, without line end. */
  readonly onMarker: (line: string) => void;
  /** Bytes behind the marker's line. */
  readonly onAfter: (chunk: Uint8Array) => void;
}

/**
 * Splits a stream at the first line part `marker…\n`, wherever chunks begin and end. The marker is a random word that
 * nobody but the sender knows, so no output can be taken for it.
 */
export class MarkedStream {
  readonly #marker: Buffer;
  readonly #parts: MarkedStreamParts;
  #state: "before" | "marker" | "after" = "before";
  #held = Buffer.alloc(0);

  constructor(marker: string, parts: MarkedStreamParts) {
    this.#marker = Buffer.from(marker);
    this.#parts = parts;
  }

  push(chunk: Uint8Array): void {
    let rest = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    if (this.#state === "before") {
      const at = rest.indexOf(this.#marker);
      if (at < 0) {
        // The chunk may end inside the marker: hold back as much of it as could be its beginning.
        const held = lengthOfPossibleStart(rest, this.#marker);
        this.#held = rest.subarray(rest.length - held);
        this.#give(this.#parts.onBefore, rest.subarray(0, rest.length - held));
        return;
      }
      this.#give(this.#parts.onBefore, rest.subarray(0, at));
      rest = rest.subarray(at + this.#marker.length);
      this.#state = "marker";
    }
    if (this.#state === "marker") {
      const end = rest.indexOf(0x0a);
      if (end < 0) {
        this.#held = rest;
        return;
      }
      this.#state = "after";
      this.#parts.onMarker(rest.subarray(0, end).toString("latin1").replace(/\r$/, ""));
      rest = rest.subarray(end + 1);
    }
    this.#give(this.#parts.onAfter, rest);
  }

  /** The stream is over: what was held back because it could have been a marker is none. */
  end(): void {
    if (this.#state === "before") this.#give(this.#parts.onBefore, this.#held);
    this.#held = Buffer.alloc(0);
  }

  #give(sink: (chunk: Uint8Array) => void, chunk: Buffer): void {
    if (chunk.length > 0) sink(chunk);
  }
}

/** How many bytes at the end of `data` are the beginning of `marker`. */
function lengthOfPossibleStart(data: Buffer, marker: Buffer): number {
  for (let length = Math.min(marker.length - 1, data.length); length > 0; length--) {
    if (data.subarray(data.length - length).equals(marker.subarray(0, length))) return length;
  }
  return 0;
}
