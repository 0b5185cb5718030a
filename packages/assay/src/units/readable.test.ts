import { expect, test } from "vitest";
import { formatBytes, formatDuration, formatNumber, formatTime } from "./readable.ts";

test.each([
  [0, "0 ms"],
  [85.4, "85 ms"],
  [999.7, "1.0 s"],
  [9949, "9.9 s"],
  [9950, "10 s"],
  [59_600, "1 min"],
  [125_000, "2 min 5 s"],
  [3_600_000, "1 h"],
  [3_840_000, "1 h 4 min"],
  [Number.NaN, "?"],
])("%d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [312, "312 bytes"],
  [4301, "4.2 KiB"],
  [17 * 2 ** 20, "17 MiB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [1234567.891, "1234570"],
  [0.000123456789, "0.000123457"],
  [61.4, "61.4"],
])("%d reads %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each(["2026-11-21T05:12:03.120Z", "2026-11-21T05:12:03Z"])("the time %s is shown to the second", (at) => {
  expect(formatTime(at)).toBe("2026-11-21 05:12:03 UTC");
});
