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

test("the distance is a metric on the texts that occur", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
  fc.assert(
    fc.property(word, word, (left, right) => {
      const distance = editDistance(left, right);
      return (
        distance === editDistance(right, left) &&
        (distance === 0) === (left === right) &&
        distance <= Math.max(left.length, right.length)
      );
    }),
  );
});
