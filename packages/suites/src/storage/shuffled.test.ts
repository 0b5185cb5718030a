import { expect, test } from "vitest";
import { shuffled } from "./shuffled.ts";

const ITEMS = Array.from({ length: 20 }, (_, index) => index);

test("an order is another one, has the same items, and comes again with its seed", () => {
  const order = shuffled(ITEMS, 6);
  expect(order).not.toEqual(ITEMS);
  expect(order.toSorted((one, other) => one - other)).toEqual(ITEMS);
  expect(shuffled(ITEMS, 6)).toEqual(order);
  expect(shuffled(ITEMS, 7)).not.toEqual(order);
  expect(shuffled([], 6)).toEqual([]);
});
