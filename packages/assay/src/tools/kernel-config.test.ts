import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { parseKernelConfig } from "./kernel-config.ts";

test("options of a Debian kernel", () => {
  const options = parseKernelConfig(fixture("kernel-config/debian-12-excerpt.txt"));
  expect(options.get("CONFIG_WATCHDOG")).toBe("y");
  expect(options.get("CONFIG_CIFS")).toBe("m");
  expect(options.get("CONFIG_HZ")).toBe("250");
  expect(options.get("CONFIG_DEFAULT_HOSTNAME")).toBe("(none)");
  expect(options.has("CONFIG_IKCONFIG")).toBe(false);
});

test("quotes inside strings", () => {
  expect(parseKernelConfig('CONFIG_CMDLINE="a=\\"b c\\" d"\n').get("CONFIG_CMDLINE")).toBe('a="b c" d');
});
