import { expect, test } from "vitest";
import { type BlockDevice, osDiskOf, parseSwapLines, swapsOn } from "./swap-on-os-disk.ts";

const data: BlockDevice = { name: "/dev/vdb", kname: "/dev/vdb", mountpoint: "[SWAP]" };
const zram: BlockDevice = { name: "/dev/zram0", kname: "/dev/zram0", mountpoint: "[SWAP]" };
const os: BlockDevice = {
  name: "/dev/vda",
  kname: "/dev/vda",
  mountpoint: null,
  children: [
    { name: "/dev/vda15", kname: "/dev/vda15", mountpoint: "/boot/efi" },
    {
      name: "/dev/vda1",
      kname: "/dev/vda1",
      mountpoint: null,
      children: [
        { name: "/dev/mapper/vg-root", kname: "/dev/dm-0", mountpoint: "/" },
        { name: "/dev/mapper/vg-swap", kname: "/dev/dm-1", mountpoint: "[SWAP]" },
      ],
    },
  ],
};

test("the OS disk is the one that carries the root, else the boot folder", () => {
  expect(osDiskOf([data, os])).toBe(os);
  const encrypted = { ...os, children: os.children?.slice(0, 1) ?? [] };
  expect(osDiskOf([data, encrypted])).toBe(encrypted);
  expect(osDiskOf([data])).toBeUndefined();
});

test("swap on a partition, a logical volume or a file of the OS disk is found, other swap is not", () => {
  const swaps = parseSwapLines(
    "/dev/vdb\t/dev/vdb\n/dev/zram0\t/dev/zram0\n/dev/dm-1\t/dev/dm-1\n/swapfile\t/dev/mapper/vg-root\n",
  );
  expect(swaps).toHaveLength(4);
  expect(swapsOn(os, swaps).map((swap) => swap.name)).toEqual(["/dev/dm-1", "/swapfile"]);
  expect(swapsOn(data, swaps).map((swap) => swap.name)).toEqual(["/dev/vdb"]);
  expect(swapsOn(zram, [])).toEqual([]);
});
