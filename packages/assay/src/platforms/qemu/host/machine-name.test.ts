import { expect, test } from "vitest";
import { fullMachineName } from "./machine-name.ts";

test.each([
  ["q35", "7.2.22", "pc-q35-7.2"],
  ["pc", "QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)", "pc-i440fx-10.0"],
  ["virt", "7.2.22", "virt-7.2"],
  ["pc-q35-6.2", "7.2.22", "pc-q35-6.2"],
  ["microvm", "7.2.22", "microvm"],
  ["q35", "", "q35"],
])("'%s' of QEMU '%s' is '%s'", (machineType, version, name) => {
  expect(fullMachineName(machineType, version)).toBe(name);
});
