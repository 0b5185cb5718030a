import { expect, test } from "vitest";
import { troublingLines } from "./boot-messages.ts";

test("harmless lines are dropped, the rest is given once and trimmed", () => {
  const log = `[    0.000000] Linux version 6.1.0-25-cloud-amd64
[    0.401530] acpi PNP0A03:00: fail to add MMCONFIG information, can't access extended PCI configuration space.
[    1.203341] EXT4-fs (vda1): mounted filesystem with ordered data mode. Opts: errors=remount-ro.
[    2.000000] usb 1-1: device descriptor read/64, error -71
[    2.000000] usb 1-1: device descriptor read/64, error -71
[    3.000000] Errors are fine when written large
`;
  expect(troublingLines(log)).toEqual(["[    2.000000] usb 1-1: device descriptor read/64, error -71"]);
});

test("a runbook can add harmless lines of its own", () => {
  expect(troublingLines("my driver: warning: all is well", [/my driver: warning/])).toEqual([]);
  expect(troublingLines("my driver: warning: all is well")).toHaveLength(1);
});
