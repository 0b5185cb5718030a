import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { parseDryRun } from "./modprobe.ts";

test.each([
  ["cifs", "loadable"],
  ["ext4", "present"],
  ["floppy", "disabled"],
  ["pcspkr", "disabled"],
  ["nosuchmodule", "missing"],
])("module '%s' is %s", (module, state) => {
  expect(parseDryRun(fixture(`modprobe/${module}.txt`))).toBe(state);
});
