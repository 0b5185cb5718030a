import { expect, test } from "vitest";
import { Disk } from "../../packages/assay/src/features/index.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { Reboot } from "../../packages/assay/src/tools/reboot.ts";
import { openGuests } from "./guests.ts";

const MIB = 2 ** 20;

test("a disk that has grown keeps what is on it and its place when the guest reboots", async () => {
  await using guests = await openGuests();
  await using environment = await guests.deploy("with-disks");
  const [node] = environment.nodes;
  const disk = node.feature(Disk);
  const [scsi, virtio] = await disk.addDataDisks([{ sizeBytes: 32 * MIB }, { sizeBytes: 32 * MIB, bus: "virtio-blk" }]);
  if (scsi === undefined || virtio === undefined) throw new Error("The disks are not told.");
  await node.text(sh`mkfs.ext4 -q ${scsi.path} && mount ${scsi.path} /mnt && echo kept > /mnt/word && sync`, {
    sudo: true,
  });
  await disk.resizeDataDisk(scsi.id, 64 * MIB);
  await disk.resizeDataDisk(virtio.id, 48 * MIB);
  await node.tool(Reboot).reboot();
  node.refresh();
  const after = await disk.dataDisks();
  expect(after.map(({ path, ...told }) => told)).toEqual(
    [
      { ...scsi, sizeBytes: 64 * MIB },
      { ...virtio, sizeBytes: 48 * MIB },
    ].map(({ path, ...told }) => told),
  );
  expect(await node.text(sh`mount ${after[0]?.path ?? ""} /mnt && cat /mnt/word && umount /mnt`, { sudo: true })).toBe(
    "kept",
  );
});
