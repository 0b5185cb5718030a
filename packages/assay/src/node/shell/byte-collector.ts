/** Keeps the first `maxBytes` of a stream and counts the rest. */
export class ByteCollector {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #keptBytes = 0;
  #droppedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Uint8Array): void {
    const room = this.#maxBytes - this.#keptBytes;
    const kept = chunk.length <= room ? chunk : chunk.subarray(0, room);
    if (kept.length > 0) this.#chunks.push(kept);
    this.#keptBytes += kept.length;
    this.#droppedBytes += chunk.length - kept.length;
  }

  get isTruncated(): boolean {
    return this.#droppedBytes > 0;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  /** UTF-8 text; when something was dropped, a last line says how much. */
  text(): string {
    const text = Buffer.concat(this.#chunks).toString("utf8");
    return this.isTruncated ? `${text}\n[assay dropped ${this.#droppedBytes} more bytes]\n` : text;
  }
}
