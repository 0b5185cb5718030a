import { ImageError } from "../../errors/catalogue.ts";
import type { ImageFile } from "./image-file.ts";

// Places in the header and in table entries: QEMU's docs/interop/qcow2.txt.
const magic = 0x514649fb;
const offsetMask = 0x00ff_ffff_ffff_fe00n;
const compressedBit = 1n << 62n;
const externalDataBit = 1n << 2n;
const corruptBit = 1n << 1n;
const extendedL2Bit = 1n << 4n;

interface Header {
  readonly clusterBits: number;
  readonly clusterBytes: number;
  readonly virtualSizeBytes: number;
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly features: bigint;
}

/**
 * Looks into a qcow2 file and follows its tables to the furthest cluster they name, so that a file cut off anywhere is
 * found. Returns the size of the disk in bytes, or undefined when it is no qcow2. Throws ImageError.
 */
export async function inspectQcow2(file: ImageFile): Promise<number | undefined> {
  if ((await file.peek(0, 4)).readUInt32BE(0) !== magic) return undefined;
  const header = await readHeader(file);
  const table = await file.read(header.l1Offset, header.l1Entries * 8);
  const entryBytes = (header.features & extendedL2Bit) === 0n ? 8 : 16;
  for (let at = 0; at < table.length; at += 8) {
    const l2Offset = Number(table.readBigUInt64BE(at) & offsetMask);
    if (l2Offset !== 0) file.mustReach(furthest(await file.read(l2Offset, header.clusterBytes), entryBytes, header));
  }
  return header.virtualSizeBytes;
}

/** End of the furthest cluster an L2 table names, in bytes of the file. */
function furthest(table: Buffer, entryBytes: number, { clusterBits, clusterBytes }: Header): number {
  let end = 0;
  for (let at = 0; at < table.length; at += entryBytes) {
    const entry = table.readBigUInt64BE(at);
    if ((entry & compressedBit) === 0n) {
      const offset = Number(entry & offsetMask);
      if (offset !== 0) end = Math.max(end, offset + clusterBytes);
    } else {
      // A compressed cluster's last sector may reach past the end of the file; its first byte may not.
      const offsetBits = BigInt(62 - (clusterBits - 8));
      end = Math.max(end, Number(entry & ((1n << offsetBits) - 1n)) + 1);
    }
  }
  return end;
}

async function readHeader(file: ImageFile): Promise<Header> {
  const bytes = await file.read(0, 72);
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw file.damaged(`qcow2 has no version ${version}`);
  const features = version === 3 ? (await file.read(72, 8)).readBigUInt64BE(0) : 0n;
  if ((features & corruptBit) !== 0n) throw file.damaged("QEMU has marked it as corrupt");
  if ((features & externalDataBit) !== 0n) throw unsupported(file, "keeps its data in another file");
  if (bytes.readUInt32BE(32) !== 0) throw unsupported(file, "is encrypted");
  if (bytes.readBigUInt64BE(8) !== 0n) throw unsupported(file, "needs a backing file");

  const clusterBits = bytes.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw file.damaged(`its cluster size is 2^${clusterBits} bytes`);
  const clusterBytes = 2 ** clusterBits;
  const l1Entries = bytes.readUInt32BE(36);
  // 32 MiB is QEMU's own limit (QCOW_MAX_L1_SIZE).
  if (l1Entries > 4_194_304) throw file.damaged("its cluster table is larger than QEMU takes");
  const refcountTableEnd = Number(bytes.readBigUInt64BE(48)) + bytes.readUInt32BE(56) * clusterBytes;
  file.mustReach(refcountTableEnd);
  return {
    clusterBits,
    clusterBytes,
    virtualSizeBytes: Number(bytes.readBigUInt64BE(24)),
    l1Entries,
    l1Offset: Number(bytes.readBigUInt64BE(40)),
    features,
  };
}

const unsupported = (file: ImageFile, what: string): ImageError =>
  new ImageError(`The image '${file.path}' ${what}.`, {
    help: `Make a plain copy of it with: qemu-img convert -O qcow2 '${file.path}' copy.qcow2`,
  });
