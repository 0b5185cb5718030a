import { expect, test } from "vitest";
import { parseClocksource } from "./clocksource.ts";
import { fixture } from "./fixtures/fixture.ts";

test("current and available sources", () => {
  expect(parseClocksource(fixture("clocksource/hpet.txt"))).toEqual({
    current: "hpet",
    available: ["hpet", "acpi_pm"],
    canUnbind: true,
  });
  expect(parseClocksource("tsc\ntsc \nno").canUnbind).toBe(false);
  expect(() => parseClocksource("")).toThrow(/no current clock source/);
});
