import { expect, test } from "vitest";
import { findDeadEnd } from "./boot.ts";
import { consoleTail } from "./serial-port.ts";

test.each([
  ["[    1.28] Kernel panic - not syncing: VFS: Unable to mount root fs", "the kernel panicked"],
  [
    "ALERT!  UUID=1 does not exist.  Dropping to a shell!\r\n(initramfs) ",
    "the initramfs found no root file system and fell into its prompt",
  ],
  ["\u001b[0;30;47m grub rescue> ", "GRUB did not find its own files and fell into its rescue prompt"],
  ["Boot failed: not a bootable disk\r\n\r\nNo bootable device.\r\n", "the BIOS found nothing to boot on the disk"],
  ["BdsDxe: No bootable option or device was found.", "the UEFI firmware found nothing to boot on the disk"],
])("%j is a dead end", (text, reason) => {
  expect(findDeadEnd(text)).toMatchObject({ reason });
});

test("a kernel that fails its timer test on a busy host may boot another time", () => {
  const console = "[    0.068000] Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with apic=debug";
  expect(findDeadEnd(console)?.isTransient).toBe(true);
  expect(findDeadEnd("Kernel panic - not syncing: VFS")?.isTransient).toBeUndefined();
});

test.each(["Debian GNU/Linux 12 assay ttyS0\r\n\r\nassay login: ", "GNU GRUB  version 2.06", "Loading Linux 6.1 ..."])(
  "%j is none",
  (text) => {
    expect(findDeadEnd(text)).toBeUndefined();
  },
);

test("the tail holds the last lines as a person reads them", () => {
  expect(consoleTail("one\r\n\u001b[2J\u001b[01;01Htwo\r\n\r\nthree\r\n", 2)).toBe("two\nthree");
});
