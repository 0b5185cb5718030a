/** Least, greatest, mean and middle of some durations, in their unit. */
export interface Spread {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly median: number;
}

/** Spread of at least one value; undefined of none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((left, right) => left - right);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (min === undefined || max === undefined || low === undefined || high === undefined) {
    return undefined;
  }
  return { min, max, mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length, median: (low + high) / 2 };
}
