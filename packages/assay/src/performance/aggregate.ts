import type { Statistic } from "./criteria.ts";

/** One value for several; of an even count the median is the mean of the two in the middle. Throws for none. */
export function aggregate(values: readonly number[], statistic: Statistic): number {
  if (values.length === 0) throw new RangeError("There is no value to aggregate.");
  switch (statistic) {
    case "average":
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case "min":
      return values.reduce((least, value) => Math.min(least, value));
    case "max":
      return values.reduce((most, value) => Math.max(most, value));
    case "median": {
      const sorted = values.toSorted((one, other) => one - other);
      const middle = sorted.length / 2;
      const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
      return (low + high) / 2;
    }
  }
}
