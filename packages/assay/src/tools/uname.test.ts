import fc from "fast-check";
import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { isKernelAtLeast, parseKernelRelease, parseUname } from "./uname.ts";

test("the version keeps its blanks", () => {
  expect(parseUname(fixture("uname/debian-12.txt"))).toEqual({
    release: "6.1.0-56-cloud-amd64",
    version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)",
    machine: "x86_64",
    operatingSystem: "GNU/Linux",
  });
  expect(() => parseUname("Linux")).toThrow(/not understood/);
});

test("releases of many makers begin with numbers", () => {
  expect(parseKernelRelease("5.14.0-427.el9.x86_64")).toEqual({ major: 5, minor: 14, patch: 0 });
  expect(parseKernelRelease("6.12-rc3")).toEqual({ major: 6, minor: 12, patch: 0 });
  expect(() => parseKernelRelease("unknown")).toThrow(/'unknown'/);
});

test("kernels are ordered by their numbers, not by their digits", () => {
  expect(isKernelAtLeast("5.10.0-8-amd64", 5, 8)).toBe(true);
  expect(isKernelAtLeast("2.6.37", 2, 6, 38)).toBe(false);
  const part = fc.nat(999);
  fc.assert(
    fc.property(part, part, part, part, part, part, (a, b, c, x, y, z) => {
      const key = (major: number, minor: number, patch: number) => major * 1e6 + minor * 1e3 + patch;
      expect(isKernelAtLeast(`${a}.${b}.${c}-1-generic`, x, y, z)).toBe(key(a, b, c) >= key(x, y, z));
    }),
  );
});
