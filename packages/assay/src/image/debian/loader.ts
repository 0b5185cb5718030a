import type { Architecture } from "../architecture.ts";

/** Where the customizing script leaves the parts of GRUB that a BIOS starts, inside the tree. */
export interface BiosLoader {
  readonly bootImage: string;
  readonly coreImage: string;
}

interface Loader {
  /** GRUB's names of the platforms whose modules the disk gets. */
  readonly platforms: readonly string[];
  /** Undefined where machines have no BIOS. */
  readonly bios: BiosLoader | undefined;
  /** Files of the tree, signed by Debian, and what each is called in the removable path of the ESP. */
  readonly efi: readonly (readonly [path: string, name: string])[];
  /** Lines of /etc/default/grub that say where the menu is shown. */
  readonly terminal: readonly string[];
}

/** What of shim and GRUB is put outside the root file system, and how GRUB talks. */
export const loaderOf: Readonly<Record<Architecture, Loader>> = {
  amd64: {
    platforms: ["i386-pc", "x86_64-efi"],
    bios: { bootImage: "boot/grub/i386-pc/boot.img", coreImage: "boot/grub/i386-pc/core.img" },
    efi: [
      ["usr/lib/shim/shimx64.efi.signed", "BOOTX64.EFI"],
      ["usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "grubx64.efi"],
      ["usr/lib/shim/mmx64.efi.signed", "mmx64.efi"],
    ],
    terminal: ['GRUB_TERMINAL="console serial"', 'GRUB_SERIAL_COMMAND="serial --speed=115200"'],
  },
  arm64: {
    platforms: ["arm64-efi"],
    bios: undefined,
    efi: [
      ["usr/lib/shim/shimaa64.efi.signed", "BOOTAA64.EFI"],
      ["usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed", "grubaa64.efi"],
      ["usr/lib/shim/mmaa64.efi.signed", "mmaa64.efi"],
    ],
    // The firmware's console is the serial port already.
    terminal: ["GRUB_TERMINAL=console"],
  },
};
