/** What is made once for all who need it. When making it fails, whoever asks next has it made again. */
export class Preparation<T> {
  #made: Promise<T> | undefined;

  /** Gives what was made, or makes it. Throws what `make` throws, to all who waited for it. */
  async get(make: () => Promise<T>): Promise<T> {
    this.#made ??= make();
    const made = this.#made;
    try {
      return await made;
    } catch (error) {
      // Unless another caller has begun again meanwhile.
      if (this.#made === made) this.#made = undefined;
      throw error;
    }
  }
}
