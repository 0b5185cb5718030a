/** A set of small numbers, a bit each. */
export class Bits {
  readonly #words: Uint32Array;

  constructor(size: number, words = new Uint32Array((size + 31) >>> 5)) {
    this.#words = words;
  }

  add(index: number): void {
    const word = index >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (index & 31));
  }

  has(index: number): boolean {
    return ((this.#words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  /** The numbers in all of `sets`, which are of the same size; `sets` is not empty. */
  static common(size: number, sets: readonly Bits[]): Bits {
    const words = new Uint32Array((size + 31) >>> 5).fill(0xffff_ffff);
    for (const set of sets) {
      for (let word = 0; word < words.length; word++) words[word] = (words[word] ?? 0) & (set.#words[word] ?? 0);
    }
    return new Bits(size, words);
  }
}
