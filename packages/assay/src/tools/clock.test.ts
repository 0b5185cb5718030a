import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEpoch } from "./clock.ts";
import { fixture } from "./fixtures/fixture.ts";

test("time with nanoseconds", () => {
  expect(parseEpoch(fixture("clock/date.txt")).toISOString()).toBe("2026-11-21T05:29:31.627Z");
});

test("dates without fractions print the letter or nothing", () => {
  for (const text of ["1795238971.N", "1795238971.%N", "1795238971.", "1795238971"]) {
    expect(parseEpoch(text).getTime()).toBe(1_795_238_971_000);
  }
  expect(() => parseEpoch("date: invalid option")).toThrow(/no number of seconds/);
});

test("every millisecond survives", () => {
  fc.assert(
    fc.property(fc.nat({ max: 8_640_000_000_000 }), fc.nat({ max: 999_999 }), (ms, nanoseconds) => {
      const fraction = `${String(ms % 1000).padStart(3, "0")}${String(nanoseconds).padStart(6, "0")}`;
      expect(parseEpoch(`${Math.floor(ms / 1000)}.${fraction}`).getTime()).toBe(ms);
    }),
  );
});
