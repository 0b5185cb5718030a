import fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean, editDistance, nearest, nearestSome } from "./nearest.ts";

test.each([
  ["nmae", "name"],
  ["prioriy", "priority"],
  ["Testcase", "testcase"],
  ["zzz", undefined],
  ["on", undefined],
])("'%s' is near '%s'", (name, expected) => {
  expect(nearest(name, ["name", "priority", "testcase", "platform"])).toBe(expected);
});

test("the nearest come first and equals keep their order", () => {
  expect(nearestSome("verify_gru", ["verify_grab", "verify_grub", "smoke_test"], 3)).toEqual([
    "verify_grub",
    "verify_grab",
  ]);
  expect(didYouMean("nmae", ["name"])).toBe("Did you mean 'name'?");
});

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });

test("the distance is a metric on the texts that occur", () => {
  fc.assert(
    fc.property(word, word, (left, right) => {
      const distance = editDistance(left, right, 6);
      return (
        distance !== undefined &&
        distance === editDistance(right, left, 6) &&
        (distance === 0) === (left === right) &&
        distance <= Math.max(left.length, right.length)
      );
    }),
  );
});

test("a bound changes no distance within it and hides every one beyond", () => {
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 6 }), (left, right, most) => {
      const whole = editDistance(left, right, 6) ?? Number.NaN;
      return editDistance(left, right, most) === (whole <= most ? whole : undefined);
    }),
  );
});

test("the nearest one is the first of those that are nearest", () => {
  const words = fc.array(word, { maxLength: 8 });
  fc.assert(
    fc.property(word, words, fc.integer({ min: 1, max: 4 }), (name, candidates, count) => {
      const all = nearestSome(name, candidates, candidates.length + 1);
      expect(nearestSome(name, candidates, count)).toEqual(all.slice(0, count));
    }),
  );
});
