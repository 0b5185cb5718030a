import { expect, test } from "vitest";
import { repetitionText } from "./repetition-text.ts";

test("the rate comes with its interval", () => {
  expect(repetitionText({ label: "flaky", attempts: 6, failures: 2, rate: 1 / 3, low: 0.0968, high: 0.7 })).toBe(
    "flaky: failed in 2 of 6 runs, 33 % (95 % sure: 10 % to 70 %)",
  );
});
