import { expect, test } from "vitest";
import { hardwareDifference } from "./snapshot-hardware.ts";

const then = { disks: ["disk0", "data1"], parts: ["balloon0", "data1", "processor 0.0"], memoryBytes: 1 };

test("memory that is measured anew makes no other machine", () => {
  expect(hardwareDifference(then, { ...then, memoryBytes: 2 })).toBeUndefined();
});

test.each([
  [{ ...then, parts: [...then.parts, "processor 0.1"] }, "'processor 0.1' came"],
  [{ ...then, disks: ["disk0"], parts: ["balloon0", "processor 0.0"] }, "'data1' went, 'disk data1' went"],
  [{ ...then, disks: ["disk0", "data2"] }, "'disk data2' came, 'disk data1' went"],
])("what came and went is named (%#)", (now, words) => {
  expect(hardwareDifference(then, now)).toBe(words);
});
