import { expect, test } from "vitest";
import { bootFactsOf } from "./boot-facts.ts";

test.for([
  [
    "Debian: root by its file system, which an initial RAM disk looks up",
    "parameters BOOT_IMAGE=/boot/vmlinuz-6.1.0-50-amd64 root=UUID=901b ro console=ttyS0\nrelease 6.1.0-50-amd64\npartition 7d0c\ntype ext4\n",
    "root=UUID=901b ro console=ttyS0",
    "root=PARTUUID=7d0c ro console=ttyS0 rootfstype=ext4",
  ],
  [
    "a loader of UEFI that names the initial RAM disk",
    "parameters initrd=\\initrd.img root=PARTLABEL=root rw rootfstype=btrfs\nrelease 6.12.1\npartition 7d0c\ntype btrfs\n",
    "root=PARTLABEL=root rw rootfstype=btrfs",
    "root=PARTUUID=7d0c rw rootfstype=btrfs",
  ],
  [
    "a root on no partition stays as it is",
    "parameters root=/dev/mapper/vg-root ro\nrelease 6.12.1\npartition \ntype xfs\n",
    "root=/dev/mapper/vg-root ro",
    "root=/dev/mapper/vg-root ro rootfstype=xfs",
  ],
] as const)("%s", ([, output, commandLine, commandLineOfKernelAlone]) => {
  expect(bootFactsOf(output)).toMatchObject({ commandLine, commandLineOfKernelAlone });
});

test("a guest that says nothing tells nothing", () => {
  expect(bootFactsOf("")).toBeUndefined();
});
