import { expect, test } from "vitest";
import { STAGES, selectStages } from "./stages.ts";

const names = (asked: readonly string[]): unknown => {
  const selected = selectStages(asked);
  return "unknown" in selected ? selected : selected.map(({ name }) => name);
};

test("without names every stage runs, checks before tests", () => {
  expect(names([])).toEqual(STAGES.map(({ name }) => name));
  const kinds = STAGES.map(({ kind }) => kind);
  expect(kinds.indexOf("tests")).toBeGreaterThan(kinds.lastIndexOf("check"));
});

test("named stages keep their order and 'checks' stands for every check", () => {
  expect(names(["vm", "unit"])).toEqual(["unit", "vm"]);
  expect(names(["checks"])).toEqual(STAGES.filter(({ kind }) => kind === "check").map(({ name }) => name));
});

test("an unknown name is told", () => {
  expect(names(["unit", "unti"])).toEqual({ unknown: "unti" });
});

test("what takes long runs only when it is named", () => {
  expect(names(["long", "vm"])).toEqual(["vm", "long"]);
  expect(names([])).not.toContain("long");
});
