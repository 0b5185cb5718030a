import { ImageError } from "../../errors/catalogue.ts";
import type { ImageFile } from "./image-file.ts";

const sectorBytes = 512;
const gptMagic = "EFI PART";
const protectiveType = 0xee;

/**
 * Returns the size in bytes of a raw disk, or undefined when nothing in it says that it is one: a raw disk has no
 * header of its own, so that a partition table is what tells it from any other file. Throws ImageError when the table
 * names sectors the file does not have.
 */
export async function inspectRaw(file: ImageFile): Promise<number | undefined> {
  const start = await file.peek(0, 2 * 4096);
  if (start.readUInt16LE(510) !== 0xaa55) return undefined;
  if ((await file.peek(32_769, 5)).toString("latin1") === "CD001")
    throw new ImageError(`The image '${file.path}' is an ISO file, an installation or live medium.`, {
      help: "Assay tests installed systems: name a disk image such as qcow2, raw, VHD or VHDX.",
    });
  const gptSector = [512, 4096].find((size) => start.toString("latin1", size, size + 8) === gptMagic);
  if (gptSector === undefined) checkMbr(file, start);
  else checkGpt(file, start.subarray(gptSector), gptSector);
  return file.sizeBytes;
}

/** The table's second copy is the last sector of the disk the image was made from (UEFI specification 2.10, 5.3.2). */
function checkGpt(file: ImageFile, header: Buffer, sectorSize: number): void {
  file.mustReach((Number(header.readBigUInt64LE(32)) + 1) * sectorSize);
}

function checkMbr(file: ImageFile, start: Buffer): void {
  for (let at = 446; at < 510; at += 16) {
    const type = start.readUInt8(at + 4);
    if (type === protectiveType) throw file.damaged("its GPT partition table is missing");
    const end = start.readUInt32LE(at + 8) + start.readUInt32LE(at + 12);
    if (type !== 0) file.mustReach(end * sectorBytes);
  }
}
