import { expect, test } from "vitest";
import type { Hardware } from "../hardware.ts";
import { nestedExtension, nestingRefusal } from "./nesting.ts";

const both = { tcg: "svm", kvm: "vmx" } as const;

test.each<[Hardware, "tcg" | "kvm", string | undefined]>([
  [{}, "tcg", "svm"],
  [{}, "kvm", "vmx"],
  [{ cpu: "max,-svm" }, "tcg", undefined],
  [{ cpu: "max,-svm" }, "kvm", "vmx"],
  [{ cpu: "host,vmx=off" }, "kvm", undefined],
  [{ cpu: "Nehalem" }, "tcg", undefined],
  [{ cpu: "Nehalem,+svm" }, "tcg", "svm"],
  [{ machineType: "virt" }, "tcg", undefined],
])("%j under %s has %s", (hardware, accelerator, extension) => {
  expect(nestedExtension(hardware, accelerator, both)).toBe(extension);
});

const none = { tcg: undefined, kvm: undefined };

test.each<[Hardware, readonly ("tcg" | "kvm")[], Parameters<typeof nestingRefusal>[2], string | undefined]>([
  [{}, ["kvm", "tcg"], { tcg: "svm", kvm: undefined }, undefined],
  [{}, ["kvm"], { tcg: "svm", kvm: undefined }, "modprobe kvm_intel nested=1"],
  [{}, ["kvm", "tcg"], none, "which this QEMU does not emulate"],
  [{ cpu: "Nehalem" }, ["tcg"], both, "the processor 'Nehalem' has it with '+svm' only"],
  [{ machineType: "virt" }, ["tcg"], both, "machines of aarch64"],
])("%j under %j with %j: %s", (hardware, accelerators, nesting, words) => {
  const refusal = nestingRefusal(hardware, accelerators, nesting);
  if (words === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toContain(words);
});
