import { expect, test } from "vitest";
import { factLabel } from "./fact-label.ts";

test.each([
  ["image_digest", "Image digest"],
  ["vmm_version", "VMM version"],
  ["os", "OS"],
  ["Exit code", "Exit code"],
  ["", ""],
])("the fact %j is labelled %j", (name, label) => {
  expect(factLabel(name)).toBe(label);
});
