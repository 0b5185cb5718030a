const highWaterBytes = 16 * 1024 * 1024;

/** A stream of bytes with one reader that never blocks its writer; tells when more than 16 MiB wait to be read. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #onLevel: () => void;
  readonly #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #isEnded = false;
  #wake: (() => void) | undefined;

  /** `onLevel` is called whenever `isFull` may have changed. */
  constructor(onLevel: () => void) {
    this.#onLevel = onLevel;
  }

  get isFull(): boolean {
    return this.#waitingBytes > highWaterBytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#isEnded) return;
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#onLevel();
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.length;
        this.#onLevel();
        yield chunk;
      } else if (this.#isEnded) {
        return;
      } else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
        this.#wake = undefined;
      }
    }
  }
}
