import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Disk, Nvme } from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";
import { machinesFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { exactly } from "../../packages/assay/src/suite/count.ts";
import { type Guests, LIMIT_MS, openGuests } from "./guests.ts";

const MIB = 2 ** 20;
let guests: Guests;
let environment: Environment;
let node: Node;
let disk: Disk;

// One guest for all, in which each test takes away what it added.
beforeAll(async () => {
  guests = await openGuests();
  environment = await guests.deploy("with-disks");
  [node] = environment.nodes;
  disk = node.feature(Disk);
}, LIMIT_MS);
afterAll(async () => {
  await environment?.[Symbol.asyncDispose]();
  await guests?.[Symbol.asyncDispose]();
});

async function removeAll(): Promise<void> {
  await disk.removeDataDisks((await disk.dataDisks()).map(({ id }) => id));
}

test("disks of each bus are there when adding them is done, as they were wanted, and gone when they are removed", async () => {
  expect(await disk.osDisk()).toEqual({ path: "/dev/vda", controller: "virtio-blk", bootPartition: "/dev/vda15" });
  const before = await node.text(["lsblk", "--nodeps", "--noheadings", "--output", "NAME"]);
  const added = await disk.addDataDisks([
    { sizeBytes: 64 * MIB, lun: 7, serial: "first-one", medium: "solid-state" },
    { sizeBytes: 32 * MIB, isReadOnly: true },
    { sizeBytes: 16 * MIB, bus: "virtio-blk" },
    { sizeBytes: 8 * MIB, bus: "nvme", serial: "N1" },
  ]);
  expect(added.map(({ path, ...told }) => told)).toEqual([
    { id: "data1", bus: "scsi", serial: "first-one", sizeBytes: 64 * MIB, isReadOnly: false, lun: 7 },
    { id: "data2", bus: "scsi", serial: "data2", sizeBytes: 32 * MIB, isReadOnly: true, lun: 0 },
    { id: "data3", bus: "virtio-blk", serial: "data3", sizeBytes: 16 * MIB, isReadOnly: false },
    { id: "data4", bus: "nvme", serial: "N1", sizeBytes: 8 * MIB, isReadOnly: false },
  ]);
  expect(await disk.dataDisks()).toEqual(added);
  const [first, second, third, fourth] = added.map(({ path }) => path);
  // What the guest itself has, by other ways than the feature took.
  expect(
    await node.text(sh`
    cat /sys/class/block/$(basename ${first ?? ""})/queue/rotational /sys/class/block/$(basename ${second ?? ""})/queue/rotational
    basename $(readlink -f /sys/class/block/$(basename ${first ?? ""})/device)
    readlink -f /dev/disk/by-id/virtio-data3
    cat /sys/class/nvme/nvme0/serial`),
  ).toMatch(new RegExp(`^0\n1\n\\d+:0:1:7\n${third}\nN1\\s*$`));
  expect((await node.run(sh`dd if=/dev/zero of=${second ?? ""} bs=4096 count=1`, { sudo: true })).exitCode).not.toBe(0);
  expect(await node.feature(Nvme).controllers()).toEqual([
    { id: "data4", device: "/dev/nvme0", serial: "N1", namespaces: [fourth] },
  ]);
  await removeAll();
  expect(await disk.dataDisks()).toEqual([]);
  expect(await node.text(["lsblk", "--nodeps", "--noheadings", "--output", "NAME"])).toBe(before);
});

test("a disk grows in use", async () => {
  const [scsi, virtio] = await disk.addDataDisks([{ sizeBytes: 32 * MIB }, { sizeBytes: 32 * MIB, bus: "virtio-blk" }]);
  if (scsi === undefined || virtio === undefined) throw new Error("The disks are not told.");
  await node.text(sh`mkfs.ext4 -q ${scsi.path} && mount ${scsi.path} /mnt `, {
    sudo: true,
  });
  expect(await disk.resizeDataDisk(scsi.id, 64 * MIB)).toEqual({ ...scsi, sizeBytes: 64 * MIB });
  expect(await disk.resizeDataDisk(virtio.id, 48 * MIB)).toEqual({ ...virtio, sizeBytes: 48 * MIB });
  await node.text(sh`resize2fs ${scsi.path} && [ "$(df --output=size /mnt | tail -n 1)" -gt 50000 ] && umount /mnt`, {
    sudo: true,
  });
  await removeAll();
});

test("a limit holds a disk back until it is lifted", async () => {
  const [slow] = await disk.addDataDisks([{ sizeBytes: 32 * MIB, bytesPerSecond: MIB }]);
  const read = async () => {
    const startedAt = performance.now();
    await node.text(sh`dd if=${slow?.path ?? ""} of=/dev/null bs=256k count=12 iflag=direct`, { sudo: true });
    return performance.now() - startedAt;
  };
  // Three megabytes, of which the first tenth of a second is free.
  expect(await read()).toBeGreaterThan(2000);
  await disk.limitDataDisk(slow?.id ?? "", {});
  expect(await read()).toBeLessThan(2000);
  await removeAll();
});

test("disks that are required are there from the beginning, and go with the machine", async () => {
  const node = {
    disk: { dataDiskCount: exactly(2), dataDiskSize: exactly(1), dataDiskType: ["PremiumSSDLRS"] as const },
    features: [{ name: "Nvme", settings: { disk_count: [1] } }],
  };
  await using mortal = await guests.deploy("mortal", { nodes: [node] });
  const disks = await mortal.nodes[0].feature(Disk).dataDisks();
  expect(disks.map(({ bus, sizeBytes }) => [bus, sizeBytes])).toEqual([
    ["scsi", 2 ** 30],
    ["scsi", 2 ** 30],
    ["nvme", 20 * 2 ** 30],
  ]);
  const folderOf = async () => (await readdir(machinesFolder())).find((name) => name.startsWith("mortal-"));
  const folder = await folderOf();
  expect(await readdir(`${machinesFolder()}/${folder}`)).toContain("data3.qcow2");
  await mortal[Symbol.asyncDispose]();
  expect(await folderOf()).toBeUndefined();
});
