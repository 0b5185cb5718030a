import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { wilsonInterval } from "./wilson-interval.ts";

/** From the table in Newcombe, Statistics in Medicine 17 (1998), method 3, and the closed forms at the ends. */
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
  [29, 29, 0.883, 1],
  [0, 0, 0, 1],
])("%i of %i", (hits, tries, low, high) => {
  const interval = wilsonInterval(hits, tries);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

const tries = integer({ min: 1, max: 10_000 });
const share = integer({ min: 0, max: 10_000 });
const hitsOf = (count: number, part: number): number => Math.round((count * part) / 10_000);

test("it holds the observed rate and lies between 0 and 1", () => {
  assert(
    property(tries, share, (count, part) => {
      const hits = hitsOf(count, part);
      const { low, high } = wilsonInterval(hits, count);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(hits / count);
      expect(high).toBeGreaterThanOrEqual(hits / count);
      expect(low).toBeLessThan(high);
    }),
  );
});

test("hits and misses mirror each other", () => {
  assert(
    property(tries, share, (count, part) => {
      const hits = hitsOf(count, part);
      const one = wilsonInterval(hits, count);
      const other = wilsonInterval(count - hits, count);
      expect(one.low).toBeCloseTo(1 - other.high, 10);
      expect(one.high).toBeCloseTo(1 - other.low, 10);
    }),
  );
});

test("more tries with the same rate tell more, and one hit more moves both ends up", () => {
  assert(
    property(tries, share, (count, part) => {
      const hits = hitsOf(count, part);
      const { low, high } = wilsonInterval(hits, count);
      const longer = wilsonInterval(hits * 3, count * 3);
      expect(longer.high - longer.low).toBeLessThan(high - low);
      if (hits === count) return;
      const next = wilsonInterval(hits + 1, count);
      expect(next.low).toBeGreaterThan(low);
      expect(next.high).toBeGreaterThanOrEqual(high);
    }),
  );
});

test("both ends are where the observed rate is just 1.96 standard errors away", () => {
  assert(
    property(integer({ min: 2, max: 1000 }), integer({ min: 1, max: 9999 }), (count, part) => {
      const hits = Math.min(count - 1, Math.max(1, hitsOf(count, part)));
      const { low, high } = wilsonInterval(hits, count);
      for (const end of [low, high]) {
        const distance = Math.abs(hits / count - end) / Math.sqrt((end * (1 - end)) / count);
        expect(distance).toBeCloseTo(1.959964, 4);
      }
    }),
  );
});
