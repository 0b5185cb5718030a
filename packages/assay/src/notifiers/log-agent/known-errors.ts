import type { AzureOpenAi } from "./azure-openai-client.ts";

/** Of two texts; messages that differ in numbers and names only lie above it. */
const SAME = 0.95;

interface Known {
  readonly resultId: string;
  readonly message: string;
  readonly vector: readonly number[] | undefined;
}

/** The errors that are analysed already, by their message, and by its meaning where the service gives embeddings. */
export class KnownErrors {
  readonly #service: Pick<AzureOpenAi, "embed"> | undefined;
  readonly #known: Known[] = [];

  constructor(service: Pick<AzureOpenAi, "embed"> | undefined) {
    this.#service = service;
  }

  /** The first result that failed in the same way; undefined for a new error, which is known from now on. */
  async sameAs({ resultId, message }: Omit<Known, "vector">, signal: AbortSignal): Promise<string | undefined> {
    const find = (vector: readonly number[] | undefined): string | undefined =>
      this.#known.find((each) => each.message === message || isNear(each.vector, vector))?.resultId;
    const equal = find(undefined);
    if (equal !== undefined) return equal;
    // Without a vector messages are still compared as they are.
    const vector = await this.#service?.embed(message, signal).catch(() => undefined);
    signal.throwIfAborted();
    const near = find(vector);
    if (near === undefined) this.#known.push({ resultId, message, vector });
    return near;
  }
}

function isNear(one: readonly number[] | undefined, other: readonly number[] | undefined): boolean {
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  const product = dot(one, other);
  return product > 0 && product / Math.sqrt(dot(one, one) * dot(other, other)) >= SAME;
}

const dot = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
