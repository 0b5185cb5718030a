import { expect, test } from "vitest";
import type { NodeSpace } from "../../runbook/requirement.ts";
import type { EnvironmentRequirement } from "../platform.ts";
import { QEMU_FEATURES } from "../qemu/machine-features.ts";
import { LIBVIRT_FEATURES } from "./machine-features.ts";
import { libvirtRefusal } from "./refusal.ts";
import { parseLibvirtSettings } from "./settings.ts";

const least: EnvironmentRequirement = { nodeCount: 1, cores: 1, memoryMb: 512, features: [], coldBoot: false };
const host = { cores: 4, memoryMb: 8192, hasTpm: false };
const usual = parseLibvirtSettings({ uri: "qemu:///session" });
const bios = parseLibvirtSettings({ uri: "qemu:///session", firmware_type: "bios" });
const wants = (settings: Readonly<Record<string, readonly (string | boolean)[]>>): EnvironmentRequirement => ({
  ...least,
  nodes: [{ features: [{ name: "Security_Profile", settings }] }] as unknown as readonly NodeSpace[],
});

test("each feature of the platform qemu is served, or the reason is told", () => {
  for (const feature of QEMU_FEATURES) {
    const refusal = libvirtRefusal({ ...least, features: [feature] }, usual, host);
    if (LIBVIRT_FEATURES.includes(feature)) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(/which the platform 'libvirt' does not give: \w/);
  }
});

test.each([
  ["a TPM", wants({ tpm: [true] }), usual, "swtpm"],
  ["Secure Boot under BIOS", wants({ security_profile: ["secureboot"] }), bios, "firmware_type: bios"],
  ["memory that the host cannot read", wants({ security_profile: ["cvm"] }), usual, "SEV-SNP"],
  ["more machines than go together", { ...least, nodeCount: 9 }, usual, "at most 8"],
  ["more memory than there is", { ...least, memoryMb: 8192 }, usual, "8192 MB of memory"],
])("%s is refused", (_, requirement, settings, words) => {
  expect(libvirtRefusal(requirement, settings, host)).toContain(words);
});

test("Secure Boot is served where the machine has UEFI", () => {
  expect(libvirtRefusal(wants({ security_profile: ["secureboot"] }), usual, host)).toBeUndefined();
});
