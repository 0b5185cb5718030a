import { expect, test } from "vitest";
import { kernelReleaseIn } from "./from-rpm.ts";

test.each([
  ["/boot/config-6.6.1\n/boot/vmlinuz-6.6.1-1.azl3\n", "6.6.1-1.azl3"],
  ["/usr/lib/modules/5.14.0-1.el9.x86_64/vmlinuz\n", "5.14.0-1.el9.x86_64"],
  ["/usr/bin/jq\n", undefined],
])("the kernel among the files %j", (files, wanted) => {
  expect(kernelReleaseIn(files)).toBe(wanted);
});
