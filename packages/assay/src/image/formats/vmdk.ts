import { ImageError } from "../../errors/catalogue.ts";
import type { ImageFile } from "./image-file.ts";

// Places: VMware, Virtual Disk Format 5.0, "Hosted Sparse Extent Header". All numbers are little endian.
const sectorBytes = 512;
const magic = "KDMV";
const isCompressedFlag = 1 << 16;
const noParent = /^\s*parentCID\s*=\s*f{8}\s*$/im;
/** QEMU opens the file that this names, whatever parentCID says, and looks for it in this place alone (block/vmdk.c). */
const parentHint = "parentFileNameHint";
const hintPlace = { at: sectorBytes, length: 20 * sectorBytes } as const;
/** Stands for the place of the grain directory where only a copy of the header at the end of the file knows it. */
const directoryAtEnd = 0xffff_ffff_ffff_ffffn;
/** Entries of a grain table up to this one name no place: not allocated, and all zero. */
const lastPlaceless = 1;

/**
 * Returns the size in bytes of the disk in a VMDK file, or undefined when it is none. Only disks in one file are taken:
 * those that tools export (`monolithicSparse`, `streamOptimized`). Throws ImageError.
 */
export async function inspectVmdk(file: ImageFile): Promise<number | undefined> {
  if ((await file.peek(0, 4)).toString("latin1") !== magic) return undefined;
  const first = await file.read(0, sectorBytes);
  // QEMU takes the description in a disk without a size for one of files beside it, and reads any file it names.
  if (first.readBigUInt64LE(12) === 0n) throw file.damaged("its VMDK header gives the disk no size");
  // A stream is closed by a footer (a copy of the header) and an end marker of one sector each.
  const header = first.readBigUInt64LE(56) === directoryAtEnd ? await readFooter(file) : first;
  const capacity = Number(header.readBigUInt64LE(12));
  const grainSectors = Number(header.readBigUInt64LE(20));
  const tableEntries = header.readUInt32LE(44);
  if (grainSectors === 0 || tableEntries === 0 || tableEntries > 512)
    throw file.damaged("its VMDK header makes no sense");
  await checkDescriptor(file, first);
  const furthest = await furthestGrain(file, {
    directoryAt: Number(header.readBigUInt64LE(56)) * sectorBytes,
    tables: Math.ceil(capacity / (grainSectors * tableEntries)),
    tableEntries,
  });
  if (furthest > 0) {
    const at = furthest * sectorBytes;
    // A compressed grain begins with its place on the disk (8 bytes) and its own length.
    const isCompressed = (header.readUInt32LE(8) & isCompressedFlag) !== 0;
    file.mustReach(at + (isCompressed ? 12 + (await file.read(at, 12)).readUInt32LE(8) : grainSectors * sectorBytes));
  }
  return capacity * sectorBytes;
}

async function readFooter(file: ImageFile): Promise<Buffer> {
  const footer = await file.peek(file.sizeBytes - 2 * sectorBytes, sectorBytes);
  if (footer.toString("latin1", 0, 4) !== magic) throw file.truncated(file.sizeBytes + 2 * sectorBytes);
  return footer;
}

async function checkDescriptor(file: ImageFile, header: Buffer): Promise<void> {
  const at = Number(header.readBigUInt64LE(28)) * sectorBytes;
  const length = Number(header.readBigUInt64LE(36)) * sectorBytes;
  if (at === 0)
    throw new ImageError(`The image '${file.path}' is one part of a VMDK disk in several files.`, {
      help: "Make one file of it: qemu-img convert -O qcow2 with the small .vmdk file that describes the disk.",
    });
  if (length > 1_048_576) throw file.damaged("its VMDK description is longer than a megabyte");
  const description = (await file.read(at, length)).toString("latin1").replaceAll("\0", "");
  const hinted = (await file.peek(hintPlace.at, hintPlace.length)).includes(parentHint);
  if (hinted || !noParent.test(description))
    throw new ImageError(`The image '${file.path}' is a VMDK snapshot and needs its parent.`, {
      help: "Merge it with its parent first, or name the parent.",
    });
}

interface Directory {
  readonly directoryAt: number;
  readonly tables: number;
  readonly tableEntries: number;
}

/** Sector of the grain that lies furthest behind in the file; 0 for an empty disk. */
async function furthestGrain(file: ImageFile, { directoryAt, tableEntries, tables }: Directory): Promise<number> {
  const directory = await file.read(directoryAt, tables * 4);
  let furthest = 0;
  for (let index = 0; index < tables; index += 1) {
    const tableSector = directory.readUInt32LE(index * 4);
    if (tableSector === 0) continue;
    const table = await file.read(tableSector * sectorBytes, tableEntries * 4);
    for (let entry = 0; entry < tableEntries; entry += 1) {
      const sector = table.readUInt32LE(entry * 4);
      if (sector > lastPlaceless) furthest = Math.max(furthest, sector);
    }
  }
  return furthest;
}
