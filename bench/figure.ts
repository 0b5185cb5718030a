/** A bound that a figure must keep, as data so that the table, the JSON and the verdict agree. */
export interface Target {
  readonly kind: "at-most" | "at-least";
  readonly value: number;
}

/** One measured number of a benchmark. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Such as `s`, `ms`, `MB`, `×`. */
  readonly unit: string;
  /** The bound in words, such as `≤ 2.5`; undefined for a number that is only reported. */
  readonly target: string | undefined;
  /** False when the bound is missed; a figure without a bound is always ok. */
  readonly ok: boolean;
}

/** What a file `bench/<name>.ts` exports as its default. Progress goes to stderr. */
export type Benchmark = () => Promise<readonly Figure[]>;

export const atMost = (value: number): Target => ({ kind: "at-most", value });
export const atLeast = (value: number): Target => ({ kind: "at-least", value });

/** Makes a figure and judges it: `figure("fork", 2.1, "s", atMost(2.5))`. Without a target it is only reported. */
export function figure(name: string, value: number, unit: string, target?: Target): Figure {
  if (target === undefined) return { name, value, unit, target: undefined, ok: Number.isFinite(value) };
  const ok = target.kind === "at-most" ? value <= target.value : value >= target.value;
  return { name, value, unit, target: `${target.kind === "at-most" ? "≤" : "≥"} ${target.value}`, ok };
}

/** The middle value; the mean of the two middle ones for an even count. Throws for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("The median of no values is not defined.");
  const lower = sorted[middle - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}
