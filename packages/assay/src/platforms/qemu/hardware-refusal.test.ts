import { expect, test } from "vitest";
import type { Hardware } from "./hardware.ts";
import type { HostOffer } from "./host/host-offer.ts";
import { qemuRefusal } from "./refusal.ts";

const offer: HostOffer = {
  qemu: {
    version: "7.2.22",
    machines: ["q35", "pc-q35-7.2", "pc"],
    processors: ["max", "Nehalem"],
    devices: ["e1000e", "nvme", "qemu-xhci", "virtio-9p-pci"],
    emulatedExtension: "svm",
  },
  security: { secureFirmware: undefined, swtpm: undefined },
  vsockObstacle: "is not there",
  hugepages: { free: 10, sizeKb: 2048 },
  nesting: { tcg: "svm", kvm: undefined },
  tapObstacle: undefined,
  virtiofs: { daemon: undefined, mayMount: true, hasUserNamespaces: true },
};
const one = { nodeCount: 1, cores: 1, memoryMb: 256, features: [], coldBoot: false };
const capacity = { cores: 4, totalMb: 10_000 };
const refuse = (hardware: Hardware, wanted = {}, given = offer) =>
  qemuRefusal({ ...one, ...wanted }, capacity, { cores: 2, memoryMb: 1024, hardware }, given);

test.each<[Hardware, string | undefined]>([
  [{ nicModel: "e1000e", diskBus: "nvme", cpu: "Nehalem,+aes", machineType: "pc-q35-7.2" }, undefined],
  [{ nicModel: "igb" }, "it needs the device 'igb', which came with QEMU 8.0; this is 7.2.22."],
  [{ nicModel: "vmxnet3" }, "it needs the device 'vmxnet3', which this QEMU (7.2.22) was built without."],
  [{ diskBus: "usb" }, "it needs the device 'usb-storage', which this QEMU (7.2.22) was built without."],
  [{ machineType: "pc-q35-9.0" }, "it needs the machine type 'pc-q35-9.0', which QEMU 7.2.22 does not have."],
  [
    { cpu: "EPYC-Genoa" },
    "it needs the processor 'EPYC-Genoa', which QEMU 7.2.22 does not have: '-cpu help' lists them.",
  ],
  [{ hasVsock: true }, "it needs vsock, and '/dev/vhost-vsock' is not there: load it with 'modprobe vhost_vsock'."],
  [
    { hasHugepages: true },
    "it needs 512 huge pages of 2 MiB, and 10 are free: reserve them with 'sysctl vm.nr_hugepages=512'.",
  ],
])("%j: %s", (hardware, reason) => {
  expect(refuse(hardware)).toBe(reason);
});

test("machines that belong together need the huge pages of all of them", () => {
  const free = { ...offer, hugepages: { free: 600, sizeKb: 2048 } };
  expect(refuse({ hasHugepages: true }, {}, free)).toBeUndefined();
  expect(refuse({ hasHugepages: true }, { nodeCount: 2 }, free)).toContain("it needs 1024 huge pages");
});

test("a node's own section stands above the platform's, and what is wrong in it is told", () => {
  const node = (qemu: Readonly<Record<string, unknown>>) => ({ nodes: [{ platformSections: { qemu } }] });
  expect(refuse({ nicModel: "igb" }, node({ nic_model: "e1000e" }))).toBeUndefined();
  expect(refuse({}, node({ nic_model: "igb" }))).toContain("QEMU 8.0");
  expect(refuse({}, node({ machine_type: "isapc" }))).toMatch(/^its machine cannot be made: .*'isapc'/);
});

test("a case that needs more than topology or nodes give is not served", () => {
  const topology = { sockets: 2, cores: 1, threads: 1 };
  expect(refuse({ topology }, { cores: 4 })).toBe("it needs 4 processors; 'topology' and 'numa' give its machine 2.");
  const numa = [{ cores: 2, memoryMb: 512 }];
  expect(refuse({ numa }, { memoryMb: 2048 })).toBe("it needs 2048 MB of memory; 'numa' gives its machine 512.");
});

test("without an answer of QEMU only the host itself is looked at", () => {
  const mute = { ...offer, qemu: undefined };
  expect(refuse({ nicModel: "igb" }, {}, mute)).toBeUndefined();
  expect(refuse({ hasVsock: true }, {}, mute)).toContain("vhost_vsock");
});
