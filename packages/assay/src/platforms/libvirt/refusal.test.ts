import { expect, test } from "vitest";
import type { NodeSpace } from "../../runbook/requirement.ts";
import type { EnvironmentRequirement } from "../platform.ts";
import { QEMU_FEATURES } from "../qemu/machine-features.ts";
import { libvirtRefusal } from "./refusal.ts";
import { parseLibvirtSettings } from "./settings.ts";

const least: EnvironmentRequirement = { nodeCount: 1, cores: 1, memoryMb: 512, features: [], coldBoot: false };
const host: Parameters<typeof libvirtRefusal>[2] = {
  ...{ cores: 4, memoryMb: 8192, hasTpm: false, processors: ["Nehalem", "EPYC"] },
  nesting: { tcg: "svm", kvm: undefined },
  offer: {
    qemu: {
      version: "7.2.22",
      machines: ["q35", "pc", "pc-q35-7.2"],
      processors: ["max", "Nehalem", "EPYC"],
      devices: ["e1000e", "qemu-xhci", "usb-storage", "virtio-9p-pci"],
      emulatedExtension: "svm",
    },
    vsockObstacle: "is not there",
    hugepages: { free: 0, sizeKb: 2048 },
    tapObstacle: "the program 'ip' is not there",
  },
};
const uri = "qemu:///session";
const of = (section: Readonly<Record<string, unknown>>) => parseLibvirtSettings({ uri, ...section });
const usual = of({});
const node = (given: Readonly<Record<string, unknown>>): EnvironmentRequirement => ({
  ...least,
  nodes: [given] as unknown as readonly NodeSpace[],
});
const wants = (settings: Readonly<Record<string, readonly (string | boolean)[]>>): EnvironmentRequirement =>
  node({ features: [{ name: "Security_Profile", settings }] });

test("each feature of the platform qemu is served", () => {
  expect(libvirtRefusal({ ...least, features: QEMU_FEATURES }, usual, host)).toBeUndefined();
});

test.each([
  [
    "a card with queues",
    node({ networkInterface: { maxQueueCount: [{ minimum: 4, maximum: 4 }] } }),
    usual,
    "4 queues, for which a tap is needed, and the program 'ip' is not there",
  ],
  ["a TPM", wants({ tpm: [true] }), usual, "swtpm"],
  ["Secure Boot under BIOS", wants({ security_profile: ["secureboot"] }), of({ firmware_type: "bios" }), "bios'"],
  ["Secure Boot on a pc", wants({ security_profile: ["secureboot"] }), of({ machine_type: "pc" }), "has to be q35"],
  ["memory that the host cannot read", wants({ security_profile: ["cvm"] }), usual, "SEV-SNP"],
  ["more machines than go together", { ...least, nodeCount: 9 }, usual, "at most 8"],
  ["more memory than there is", { ...least, memoryMb: 8192 }, usual, "8192 MB of memory"],
  ["a private network of one", { ...least, features: ["PrivateNetwork"] }, usual, "to one node alone"],
  ["a board without PCI", least, of({ machine_type: "microvm" }), "'microvm'; machines of libvirt are q35 or pc"],
  ["a board that QEMU lacks", least, of({ machine_type: "pc-q35-9.0" }), "which QEMU 7.2.22 does not have"],
  ["a system on NVMe", least, of({ disk_bus: "nvme" }), "know no such disks"],
  ["a card that QEMU lacks", least, of({ nic_model: "igb" }), "came with QEMU 8.0"],
  ["a processor that libvirt lacks", least, of({ cpu: "max486" }), "'virsh domcapabilities' lists them"],
  ["words that libvirt lacks", least, of({ cpu: "EPYC,l3-cache=on,+svm,phys-bits=40" }), "no words for 'phys-bits=40'"],
  ["huge pages that are taken", least, of({ hugepages: true }), "512 huge pages"],
  ["a vsock without its driver", least, of({ vsock: true }), "modprobe vhost_vsock"],
  ["more processors than nodes have", { ...least, cores: 4 }, of({ topology: { sockets: 2 } }), "give its machine 2"],
  [
    "what does not hold of a node",
    node({ platformSections: { libvirt: { disk_bus: "x" } } }),
    usual,
    "'platform.libvirt.disk_bus' is 'x'",
  ],
  ["a folder over virtiofs", least, of({ share: { path: "/d", driver: "virtiofs" } }), "shares folders over 9p"],
])("%s is refused", (_, requirement, settings, words) => {
  expect(libvirtRefusal(requirement, settings, host)).toContain(words);
});

test("Secure Boot is served where the machine has UEFI", () => {
  expect(libvirtRefusal(wants({ security_profile: ["secureboot"] }), usual, host)).toBeUndefined();
});

test("a node's own section counts, and that for another platform does not", () => {
  const own = { libvirt: { nic_model: "e1000e" }, qemu: { nic_model: "igb", disk_bus: "nvme" } };
  expect(libvirtRefusal(node({ platformSections: own }), of({ nic_model: "igb" }), host)).toBeUndefined();
});

test("a case with machines in its machine is served by processors that have what it takes", () => {
  const nested = { ...least, features: ["NESTED_VIRTUALIZATION"] };
  expect(libvirtRefusal(nested, of({ cpu: "EPYC" }), host)).toContain("has it with '+svm' only");
  expect(libvirtRefusal(nested, of({ cpu: "EPYC,+svm" }), host)).toBeUndefined();
  expect(libvirtRefusal(nested, of({ acceleration: "kvm" }), host)).toContain("modprobe kvm_intel nested=1");
});

test("on another host a folder of this one cannot be shared, and nothing is said of devices", () => {
  const far = (section: Readonly<Record<string, unknown>>) => of({ uri: "qemu+ssh://me@far/system", ...section });
  const told = host && { ...host, offer: undefined };
  expect(libvirtRefusal(least, far({ share: { path: "/data" } }), told)).toContain("on another host");
  expect(libvirtRefusal(least, far({ nic_model: "igb" }), told)).toBeUndefined();
  const queues = node({ networkInterface: { maxQueueCount: [{ minimum: 4, maximum: 4 }] } });
  expect(libvirtRefusal(queues, far({}), told)).toContain(
    "a tap is needed, and libvirt's machines are on another host",
  );
});
