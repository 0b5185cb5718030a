import { ValueProblem } from "./values.ts";

/** Steps of one evaluation; a loop over all pairs of a thousand items is within it. */
const MOST_STEPS = 2_000_000;
/** Characters and items that one evaluation may make together. */
const MOST_MADE = 5_000_000;
/** Bits of one whole number. */
const MOST_BITS = 20_000;

/** Bounds what an expression may cost, so that no expression of a few characters can take the machine. */
export class Budget {
  #steps = 0;
  #made = 0;

  step(): void {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) throw new ValueProblem("The expression takes too many steps.");
  }

  /** Called before something of this size is made. */
  make(size: number): void {
    this.#made += size;
    if (this.#made > MOST_MADE) throw new ValueProblem("The expression makes too much data.");
  }

  /** Called before a whole number of about so many bits is made. */
  bits(count: number): void {
    if (count > MOST_BITS) throw new ValueProblem("The expression makes too large a number.");
  }
}

/** Bits a whole number takes, at most three too many. */
export const bitsOf = (value: bigint): number => value.toString(16).length * 4;
