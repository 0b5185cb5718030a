import { expect, test } from "vitest";
import { findReferences } from "./reference.ts";

test.each([
  ["$(a)", ["a"]],
  ["x$(a)y$(b c)", ["a", "b c"]],
  ["$$(b)", ["b"]],
  ["$(a_$(b))", ["a_$(b"]],
  ["$()", []],
  ["$()a)", [")a"]],
  ["$(a\n) $(b)", ["b"]],
  ["$(a", []],
])("references of '%s'", (text, names) => {
  expect(findReferences(text).map(({ name }) => name)).toEqual(names);
});

test("a text full of openings is read in linear time", () => {
  // Backtracking would take hours for this.
  expect(findReferences("$(".repeat(400_000))).toEqual([]);
  expect(findReferences("$(\n".repeat(200_000))).toEqual([]);
});
