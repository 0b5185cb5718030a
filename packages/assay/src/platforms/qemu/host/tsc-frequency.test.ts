import { expect, test } from "vitest";
import { tscKhzOf } from "./tsc-frequency.ts";

// Lines of Linux 6.18 on a virtual AMD EPYC, and of 6.1 on a laptop with an Intel processor.
test.each([
  ["tsc: Detected 2596.122 MHz processor\nclocksource: tsc: mask: 0xffffffffffffffff", 2_596_122],
  ["tsc: Detected 1800.000 MHz processor\ntsc: Refined TSC clocksource calibration: 1799.998 MHz\n", 1_799_998],
  ["Linux version 6.1.0", undefined],
  ["", undefined],
])("%j tells %o kHz", (log, expected) => {
  expect(tscKhzOf(log)).toBe(expected);
});
