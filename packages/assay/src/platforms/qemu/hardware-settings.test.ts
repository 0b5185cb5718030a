import { expect, test } from "vitest";
import { qemuHardware } from "../../runbook/schema/platform/qemu-hardware.ts";
import { hardwareOfNode } from "./hardware-settings.ts";
import { parseQemuSettings } from "./settings.ts";

test.each([
  [{}, undefined],
  [{ machine_type: "q35", disk_bus: "virtio-blk", nic_model: "virtio", hugepages: false, vsock: false }, undefined],
  [{ machine_type: "pc-q35-6.2" }, { machineType: "pc-q35-6.2" }],
  [{ topology: { sockets: 2 } }, { topology: { sockets: 2, cores: 1, threads: 1 } }],
  [
    { disk_bus: "nvme", nic_model: "e1000e" },
    { diskBus: "nvme", nicModel: "e1000e" },
  ],
  [
    { hugepages: true, vsock: true },
    { hasHugepages: true, hasVsock: true },
  ],
  [{ cpu: "EPYC,-svm" }, { cpu: "EPYC,-svm" }],
  [
    { cdrom: "tools.iso", share: { path: "data" } },
    { cdrom: "tools.iso", share: share("data", "share", false) },
  ],
  [{ share: { path: "/d", tag: "d", read_only: true } }, { share: share("/d", "d", true) }],
  [{ share: { path: "/d", driver: "9p" } }, { share: share("/d", "share", false) }],
  [{ share: { path: "/d", driver: "virtiofs" } }, { share: { ...share("/d", "share", false), driver: "virtiofs" } }],
  [{ extra_args: "-snapshot" }, { extraArguments: ["-snapshot"] }],
])("%j is the hardware %j", (section, hardware) => {
  expect(parseQemuSettings(section).hardware).toEqual(hardware);
});

function share(path: string, tag: string, isReadOnly: boolean) {
  return { path, tag, isReadOnly };
}

test("nodes and topology say how many processors and how much memory there are", () => {
  const numa = [{ cores: 1, memory_mb: 512 }, { cores: 2, memory_mb: "1024" }, { memory_mb: 256 }];
  expect(parseQemuSettings({ numa, cores: 1, memory_mb: 1024 })).toMatchObject({ cores: 3, memoryMb: 1792 });
  expect(parseQemuSettings({ topology: { sockets: 2, cores: 2, threads: 2 } }).cores).toBe(8);
});

test.each([
  [
    { machine_type: "isapc" },
    "'platform.qemu.machine_type' is 'isapc'; expected 'q35', 'pc', 'microvm', 'virt' or one of their versions",
  ],
  [{ topology: { sockets: 0 } }, "'platform.qemu.topology' is '{\"sockets\":0}'; expected 'sockets', 'cores'"],
  [{ topology: { sockets: 64, cores: 8 } }, "at most 255 processors in all"],
  [{ numa: [] }, "'platform.qemu.numa' is '[]'; expected a list of 1 to 8 nodes"],
  [{ numa: [{ cores: 0, memory_mb: 512 }] }, "one of them with cores"],
  [{ cpu: "EPYC -S" }, "expected a processor model of QEMU"],
  [{ share: { path: "/d", tag: "a,b" } }, "expected 'path' of a folder"],
  [{ share: { path: "/d", driver: "nfs" } }, "'driver' (9p or virtiofs)"],
  [{ disk_bus: "ide" }, "'platform.qemu.disk_bus: ide' needs 'machine_type: pc'"],
  [
    { topology: { sockets: 2 }, numa: [{ cores: 1, memory_mb: 512 }] },
    "'platform.qemu.topology' has 2 processors, and the nodes of 'numa' have 1.",
  ],
])("%j does not hold: %s", (section, message) => {
  expect(() => parseQemuSettings(section)).toThrow(message);
  expect(hardwareOfNode(section).problems.join()).toContain(message);
});

test("more processors or memory than the hardware gives are not promised", () => {
  const asked = { topology: { sockets: 2 }, numa: [{ cores: 2, memory_mb: 512 }], cores: 4, memory_mb: 1024 };
  expect(() => parseQemuSettings(asked)).toThrow("'platform.qemu.cores' is 4, and 'topology' or 'numa' gives");
  expect(() => parseQemuSettings(asked)).toThrow("'platform.qemu.memory_mb' is 1024, and 'topology' or 'numa' gives");
});

test("what the runbook may say of hardware is what is read", () => {
  const words = { disk_bus: qemuHardware.disk_bus, nic_model: qemuHardware.nic_model };
  for (const [key, field] of Object.entries(words)) {
    const { enum: all = [] } = field.schema() as { readonly enum?: readonly string[] };
    expect(all.length).toBeGreaterThan(3);
    for (const word of all) expect(() => parseQemuSettings({ [key]: word, machine_type: "pc" })).not.toThrow();
  }
  const keys = Object.keys(qemuHardware);
  expect(keys.filter((key) => hardwareOfNode({ [key]: Symbol("wrong") }).problems.length === 0)).toEqual([]);
});
