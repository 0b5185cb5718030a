import { expect, test } from "vitest";
import type { CountSpace } from "../../runbook/requirement.ts";
import { atLeast, between, exactly } from "../../suite/count.ts";
import { checkCount, intersectCount, pickCount } from "./count.ts";

/** `choose` of the language: one number of what both allow; nobody asking for any is 0. */
function choose(requirement: CountSpace | undefined, capability: CountSpace | undefined): number | "no" | "unbounded" {
  if (!checkCount(requirement, capability)) return "no";
  const both =
    requirement === undefined || capability === undefined
      ? (requirement ?? capability ?? exactly(0))
      : intersectCount(requirement, capability);
  return both === undefined ? "no" : (pickCount(both) ?? "unbounded");
}

/** `from` up to but without `limit`. */
const below = (from: number, limit: number): CountSpace => between(from, limit - 1);
const largest = (space: CountSpace): CountSpace => space.map((range) => ({ ...range, choosesLargest: true }));

const LIST = [...between(10, 15), ...between(20, 80)];

test.each<[string, CountSpace | undefined, readonly [CountSpace | undefined, number | "no"][]]>([
  [
    "10 to 15",
    between(10, 15),
    [
      [atLeast(12), 12],
      [atLeast(10), 10],
      [atLeast(15), 15],
      [atLeast(20), "no"],
      [between(5, 11), 10],
      [between(5, 10), 10],
      [below(5, 10), "no"],
      [between(15, 20), 15],
      [between(1, 5), "no"],
      [between(20, 100), "no"],
      [between(12, 30), 12],
      [LIST, 10],
      [exactly(18), "no"],
      [between(21, 25), "no"],
    ],
  ],
  [
    "10 to below 15",
    below(10, 15),
    [
      [atLeast(12), 12],
      [atLeast(10), 10],
      [atLeast(15), "no"],
      [between(5, 11), 10],
      [between(5, 10), 10],
      [below(5, 10), "no"],
      [between(15, 20), "no"],
    ],
  ],
  [
    "nothing",
    undefined,
    [
      [undefined, 0],
      [exactly(10), 10],
      [exactly(15), 15],
      [exactly(18), 18],
      [exactly(25), 25],
      [between(10, 15), 10],
      [LIST, 10],
      [[...between(12, 30)], 12],
      [[...between(21, 25)], 21],
    ],
  ],
  [
    "exactly 10",
    exactly(10),
    [
      [exactly(10), 10],
      [between(10, 15), 10],
      [below(10, 15), 10],
      [LIST, 10],
      [exactly(15), "no"],
      [exactly(18), "no"],
      [exactly(25), "no"],
      [between(12, 30), "no"],
      [between(21, 25), "no"],
    ],
  ],
  [
    "exactly 25",
    exactly(25),
    [
      [exactly(25), 25],
      [LIST, 25],
      [between(12, 30), 25],
      [between(21, 25), 25],
      [exactly(10), "no"],
      [between(10, 15), "no"],
    ],
  ],
  [
    "10 to 15 or 20 to 80",
    LIST,
    [
      [exactly(18), "no"],
      [exactly(25), 25],
      [between(12, 30), 12],
      [between(21, 25), 21],
    ],
  ],
  ["exactly 4", exactly(4), [[exactly(8), "no"]]],
  ["something where nothing is known", atLeast(1), [[undefined, "no"]]],
  ["4 to 8", between(4, 8), [[between(2, 6), 4]]],
  ["the largest of 4 to 8", largest(between(4, 8)), [[between(2, 6), 6]]],
  ["5 to 25", between(5, 25), [[[...between(12, 15), ...between(20, 80)], 12]]],
])("%s chooses as the language says", (_, requirement, rows) => {
  expect(rows.map(([capability]) => choose(requirement, capability))).toEqual(rows.map(([, chosen]) => chosen));
});

test("the largest of an open range cannot be chosen, on whichever side it is asked for", () => {
  expect(choose(largest(atLeast(4)), atLeast(2))).toBe("unbounded");
  expect(choose(atLeast(4), largest(atLeast(2)))).toBe("unbounded");
  expect(choose(largest(atLeast(4)), between(2, 16))).toBe(16);
});

test.each<[string, CountSpace, CountSpace, CountSpace | undefined]>([
  ["a number and a range", exactly(4), between(2, 6), exactly(4)],
  ["ranges with an end outside", between(4, 8), below(6, 20), between(6, 8)],
  ["ranges with an end inside", between(4, 20), below(6, 8), below(6, 8)],
  ["ranges apart", between(1, 3), between(4, 8), undefined],
  ["lists, pair by pair", LIST, [...between(1, 12), ...between(70, 90)], [...between(10, 12), ...between(70, 80)]],
  ["a list against a hole in it", LIST, between(16, 19), undefined],
  ["parts that touch become one", [...between(1, 4), ...between(5, 9)], between(3, 7), between(3, 7)],
  ["a wish for the largest stays", largest(between(4, 8)), between(2, 6), largest(between(4, 6))],
])("intersect: %s", (_, left, right, both) => {
  expect(intersectCount(left, right)).toEqual(both);
  expect(intersectCount(right, left)).toEqual(both);
});
