/** Tells those who wait for resources that some were given back. */
export class Freed {
  #next = Promise.withResolvers<void>();

  tell(): void {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers();
    resolve();
  }

  /** Resolves when the next ones are given back. */
  get next(): Promise<void> {
    return this.#next.promise;
  }
}
