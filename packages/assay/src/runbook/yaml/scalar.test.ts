import { expect, test } from "vitest";
import { resolvePlainScalar } from "./scalar.ts";

// Each line is what PyYAML's safe_load gives for the text.
const CASES: readonly (readonly [string, string, unknown])[] = [
  ["yes", "boolean", true],
  ["Off", "boolean", false],
  ["ON", "boolean", true],
  ["oN", "string", "oN"],
  ["y", "string", "y"],
  ["n", "string", "n"],
  ["010", "integer", 8],
  ["08", "string", "08"],
  ["0", "integer", 0],
  ["0o10", "string", "0o10"],
  ["0x10", "integer", 16],
  ["0b101", "integer", 5],
  ["1_000", "integer", 1000],
  ["22_04", "integer", 2204],
  ["+1", "integer", 1],
  ["-010", "integer", -8],
  ["1:30", "integer", 90],
  ["12:30:45", "integer", 45_045],
  ["1:30.5", "float", 90.5],
  ["0:30", "string", "0:30"],
  ["9.10", "float", 9.1],
  ["1e3", "string", "1e3"],
  ["1e+3", "string", "1e+3"],
  ["1.0e+3", "float", 1000],
  ["1.0e3", "string", "1.0e3"],
  [".5", "float", 0.5],
  ["1.", "float", 1],
  ["-.inf", "float", Number.NEGATIVE_INFINITY],
  [".NaN", "float", Number.NaN],
  ["~", "null", null],
  ["", "null", null],
  ["Null", "null", null],
  ["2020-01-01", "date", "2020-01-01"],
  ["2001-12-14 21:59:43.10 -5", "date", "2001-12-14 21:59:43.10 -5"],
  ["v1.2", "string", "v1.2"],
];

test.each(CASES)("'%s' is a %s", (text, type, value) => {
  expect(resolvePlainScalar(text)).toEqual({ type, value });
});

test("a very long digit string stays text", () => {
  expect(resolvePlainScalar("1".repeat(1000)).type).toBe("string");
});
