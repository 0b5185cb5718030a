import type { CountRange, CountSpace } from "../../runbook/requirement.ts";

/** True when some number lies in both. A requirement of none is always met; a capability of none meets nothing else. */
export function checkCount(requirement: CountSpace | undefined, capability: CountSpace | undefined): boolean {
  if (requirement === undefined) return true;
  if (capability === undefined) return false;
  // Matching asks this most of all, millions of times for a large plan: loops take a third of the time of `some`.
  for (const wanted of requirement) {
    for (const held of capability) {
      if (overlap(wanted, held)) return true;
    }
  }
  return false;
}

const overlap = (left: CountRange, right: CountRange): boolean =>
  left.minimum <= right.maximum && right.minimum <= left.maximum;

/** How far apart spaces without a common number are, as a part of the larger of the nearest two numbers: 0 to 1. */
export function gapBetween(left: CountSpace, right: CountSpace): number {
  const gaps = left.flatMap((one) =>
    right.map((other) => {
      const [low, high] = one.maximum < other.minimum ? [one.maximum, other.minimum] : [other.maximum, one.minimum];
      return (high - low) / high;
    }),
  );
  return Math.min(1, ...gaps);
}

/** The numbers in both; undefined when there is none. The result is normal, so equal spaces are equal values. */
export function intersectCount(left: CountSpace, right: CountSpace): CountSpace | undefined {
  const ranges: CountRange[] = [];
  for (const one of left) {
    for (const other of right) {
      if (!overlap(one, other)) continue;
      const minimum = Math.max(one.minimum, other.minimum);
      const maximum = Math.min(one.maximum, other.maximum);
      ranges.push({ minimum, maximum });
    }
  }
  if (ranges.length === 0) return undefined;
  const joined = normalCount(ranges);
  return wantsLargest(left) || wantsLargest(right)
    ? joined.map((range) => ({ ...range, choosesLargest: true }))
    : joined;
}

/** True when every number of `inner` is one of `outer`. */
export function isWithin(inner: CountSpace, outer: CountSpace): boolean {
  const ranges = normalCount(outer);
  return normalCount(inner).every((one) =>
    ranges.some((other) => other.minimum <= one.minimum && one.maximum <= other.maximum),
  );
}

/** Sorted ranges that neither touch nor overlap; one that takes the largest makes all of them take it. */
export function normalCount(space: CountSpace): CountSpace {
  const joined: { minimum: number; maximum: number }[] = [];
  for (const { minimum, maximum } of space.toSorted((left, right) => left.minimum - right.minimum)) {
    const last = joined.at(-1);
    if (last !== undefined && minimum <= last.maximum + 1) last.maximum = Math.max(last.maximum, maximum);
    else joined.push({ minimum, maximum });
  }
  return wantsLargest(space) ? joined.map((range) => ({ ...range, choosesLargest: true })) : joined;
}

const wantsLargest = (space: CountSpace): boolean => space.some((range) => range.choosesLargest === true);

/**
 * One number of the space: the smallest, or the largest where a range asks for that. Undefined when the largest is asked
 * for and there is no upper bound.
 */
export function pickCount(space: CountSpace): number | undefined {
  if (!wantsLargest(space)) return Math.min(...space.map((range) => range.minimum));
  const largest = Math.max(...space.map((range) => range.maximum));
  return Number.isFinite(largest) ? largest : undefined;
}
