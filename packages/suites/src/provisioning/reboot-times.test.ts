import { expect, test } from "vitest";
import { spreadOf } from "./reboot-times.ts";

test("spread of odd and even counts", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ min: 1, max: 3, mean: 2, median: 2 });
  expect(spreadOf([10, 2, 4, 8])).toEqual({ min: 2, max: 10, mean: 6, median: 6 });
  expect(spreadOf([])).toBeUndefined();
});
