import type { Placed } from "./gpt.ts";

const sectorBytes = 512;

// Offsets in GRUB's boot.img (grub-core/boot/i386/pc/boot.S, include/grub/i386/pc/boot.h).
const kernelSectorAt = 0x5c;
const bootDriveAt = 0x64;
const driveCheckAt = 0x66;
const codeEnd = 0x1b8;

// Offsets of the first block list in core.img's first sector (include/grub/i386/pc/diskboot.h): it grows downwards.
const blockListStartAt = 0x1f4;
const blockListLengthAt = 0x1fc;

/**
 * Places GRUB's BIOS loader as `grub-bios-setup` does on a GPT disk, without needing a block device:
 * `bootImage` in the MBR, before the partition table, `coreImage` in the BIOS boot partition that starts at
 * `partitionFirstSector` and has `partitionSectors`. Throws RangeError when the core does not fit.
 */
export function placeBiosLoader(
  bootImage: Uint8Array,
  coreImage: Uint8Array,
  partitionFirstSector: number,
  partitionSectors: number,
): readonly Placed[] {
  const coreSectors = Math.ceil(coreImage.length / sectorBytes);
  if (bootImage.length !== sectorBytes) throw new RangeError(`boot.img has ${bootImage.length} bytes instead of 512.`);
  if (coreSectors > partitionSectors)
    throw new RangeError(`core.img needs ${coreSectors} sectors, the BIOS boot partition has ${partitionSectors}.`);

  const boot = Buffer.from(bootImage).subarray(0, codeEnd);
  boot.writeBigUInt64LE(BigInt(partitionFirstSector), kernelSectorAt);
  boot.writeUInt8(0xff, bootDriveAt);
  // Some BIOSes hand over a wrong drive number for hard disks; two NOPs let the check that corrects it run.
  boot.writeUInt16LE(0x9090, driveCheckAt);

  const core = Buffer.alloc(coreSectors * sectorBytes);
  core.set(coreImage);
  core.writeBigUInt64LE(BigInt(partitionFirstSector + 1), blockListStartAt);
  core.writeUInt16LE(coreSectors - 1, blockListLengthAt);
  return [
    { offsetBytes: 0, bytes: boot },
    { offsetBytes: partitionFirstSector * sectorBytes, bytes: core },
  ];
}
