import { ImageError } from "../../errors/catalogue.ts";
import type { ImageFile } from "./image-file.ts";

// Offsets: Microsoft, Virtual Hard Disk Image Format Specification, version 1.0. All numbers are big endian.
const footerBytes = 512;
const cookie = "conectix";
const types = { fixed: 2, dynamic: 3, differencing: 4 } as const;

/** Returns the size in bytes of the disk in a VHD file, or undefined when it is no VHD. Throws ImageError. */
export async function inspectVpc(file: ImageFile): Promise<number | undefined> {
  const hasCopy = isFooter(await file.peek(0, footerBytes));
  const footerAt = file.sizeBytes - footerBytes;
  const footer = footerAt < 0 ? Buffer.alloc(footerBytes) : await file.read(footerAt, footerBytes);
  if (!isFooter(footer)) {
    // Dynamic disks begin with a copy of the footer: the end is what is missing.
    if (hasCopy) throw file.truncated(file.sizeBytes + footerBytes);
    return undefined;
  }
  if (footer.readUInt32BE(64) !== checksum(footer)) throw file.damaged("the checksum of its VHD footer is wrong");
  const virtualSizeBytes = Number(footer.readBigUInt64BE(48));
  const type = footer.readUInt32BE(60);
  if (type === types.fixed) file.mustReach(virtualSizeBytes + footerBytes);
  else if (type === types.dynamic) await checkBlocks(file, Number(footer.readBigUInt64BE(16)));
  else if (type === types.differencing)
    throw new ImageError(`The image '${file.path}' is a differencing VHD and needs its parent.`, {
      help: "Merge it with its parent first, or name the parent.",
    });
  else throw file.damaged(`VHD has no disk type ${type}`);
  return virtualSizeBytes;
}

const isFooter = (bytes: Buffer): boolean => bytes.toString("latin1", 0, 8) === cookie;

function checksum(footer: Buffer): number {
  const sum = footer.reduce((total, byte, at) => (at >= 64 && at < 68 ? total : total + byte), 0);
  return ~sum >>> 0;
}

async function checkBlocks(file: ImageFile, headerAt: number): Promise<void> {
  const header = await file.read(headerAt, 1024);
  if (header.toString("latin1", 0, 8) !== "cxsparse") throw file.damaged("its VHD block header is not there");
  const tableAt = Number(header.readBigUInt64BE(16));
  const blocks = header.readUInt32BE(28);
  const blockBytes = header.readUInt32BE(32);
  // Each block is preceded by a bitmap of its sectors, rounded up to a sector.
  const bitmapBytes = Math.ceil(blockBytes / 512 / 8 / 512) * 512;
  const table = await file.read(tableAt, blocks * 4);
  for (let at = 0; at < table.length; at += 4) {
    const sector = table.readUInt32BE(at);
    if (sector !== 0xffffffff) file.mustReach(sector * 512 + bitmapBytes + blockBytes + footerBytes);
  }
}
