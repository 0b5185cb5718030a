import { expect, test } from "vitest";
import { DISK_TYPES } from "../../runbook/requirement.ts";
import { checkSet, intersectSet, pickSet } from "./set.ts";

test("one common value is enough", () => {
  expect(checkSet(["a", "b"], ["b", "c"])).toBe(true);
  expect(checkSet(["a", "b"], ["c"])).toBe(false);
  expect(checkSet(undefined, ["c"])).toBe(true);
  expect(checkSet(["a"], undefined)).toBe(false);
});

test("the cheapest common value is chosen, in whatever order the two sides name them", () => {
  const required = ["UltraSSDLRS", "PremiumSSDLRS"] as const;
  const both = intersectSet<(typeof DISK_TYPES)[number]>(required, ["PremiumSSDLRS", "UltraSSDLRS", "StandardHDDLRS"]);
  expect(both).toEqual(["UltraSSDLRS", "PremiumSSDLRS"]);
  expect(both && pickSet(both, DISK_TYPES)).toBe("PremiumSSDLRS");
});

test("without a preference the first value is chosen", () => {
  expect(pickSet([3, 1, 2])).toBe(3);
});

test("sets without a common value have no intersection", () => {
  expect(intersectSet([1], [2])).toBeUndefined();
});
