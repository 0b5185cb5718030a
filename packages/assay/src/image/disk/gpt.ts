import { crc32 } from "node:zlib";

const sectorBytes = 512;
const entryCount = 128;
const entryBytes = 128;
const tableSectors = (entryCount * entryBytes) / sectorBytes;

/** Partition types used by bootable images (UEFI specification 2.10, table 5.7; Discoverable Partitions Specification). */
export const partitionTypes = {
  biosBoot: "21686148-6449-6e6f-744e-656564454649",
  efiSystem: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
  linuxRootAmd64: "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
  linuxRootArm64: "b921b045-1df0-41c3-af44-4c6f280d3fae",
} as const;

/** A partition by its number and place; sectors are 512 bytes, `lastSector` is inclusive. */
export interface Partition {
  readonly number: number;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly firstSector: number;
  readonly lastSector: number;
}

export interface PartitionTable {
  readonly diskId: string;
  readonly diskSectors: number;
  readonly partitions: readonly Partition[];
}

/** Bytes of a table and the offset at which they belong on the disk. */
export interface Placed {
  readonly offsetBytes: number;
  readonly bytes: Buffer;
}

/**
 * Writes a GUID as UEFI stores it: the first three groups little endian, the rest as they are read
 * (UEFI specification 2.10, appendix A).
 */
export function guidBytes(guid: string): Buffer {
  const plain = Buffer.from(guid.replaceAll("-", ""), "hex");
  if (plain.length !== 16) throw new RangeError(`'${guid}' is not a GUID.`);
  plain.subarray(0, 4).reverse();
  plain.subarray(4, 6).reverse();
  plain.subarray(6, 8).reverse();
  return plain;
}

const entries = (table: PartitionTable): Buffer => {
  const bytes = Buffer.alloc(entryCount * entryBytes);
  for (const partition of table.partitions) {
    const at = (partition.number - 1) * entryBytes;
    guidBytes(partition.type).copy(bytes, at);
    guidBytes(partition.id).copy(bytes, at + 16);
    bytes.writeBigUInt64LE(BigInt(partition.firstSector), at + 32);
    bytes.writeBigUInt64LE(BigInt(partition.lastSector), at + 40);
    bytes.write(partition.name.slice(0, 35), at + 56, "utf16le");
  }
  return bytes;
};

const header = (table: PartitionTable, place: "primary" | "backup", entriesCrc: number): Buffer => {
  const last = table.diskSectors - 1;
  const [own, other, firstEntry] = place === "primary" ? [1, last, 2] : [last, 1, last - tableSectors];
  const bytes = Buffer.alloc(sectorBytes);
  bytes.write("EFI PART", 0, "latin1");
  bytes.writeUInt32LE(0x00010000, 8);
  bytes.writeUInt32LE(92, 12);
  bytes.writeBigUInt64LE(BigInt(own), 24);
  bytes.writeBigUInt64LE(BigInt(other), 32);
  bytes.writeBigUInt64LE(BigInt(2 + tableSectors), 40);
  bytes.writeBigUInt64LE(BigInt(last - tableSectors - 1), 48);
  guidBytes(table.diskId).copy(bytes, 56);
  bytes.writeBigUInt64LE(BigInt(firstEntry), 72);
  bytes.writeUInt32LE(entryCount, 80);
  bytes.writeUInt32LE(entryBytes, 84);
  bytes.writeUInt32LE(entriesCrc, 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 92)), 16);
  return bytes;
};

/** The MBR entry that tells tools without GPT that the whole disk is taken (UEFI specification 2.10, 5.2.3). */
const protectiveEntry = (diskSectors: number): Buffer => {
  const bytes = Buffer.alloc(sectorBytes - 446);
  bytes.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 0);
  bytes.writeUInt32LE(1, 8);
  bytes.writeUInt32LE(Math.min(diskSectors - 1, 0xffffffff), 12);
  bytes.writeUInt16LE(0xaa55, 64);
  return bytes;
};

/** Lays out a GPT disk label: the protective MBR, and both copies of header and entries. */
export function layOutGpt(table: PartitionTable): readonly Placed[] {
  const list = entries(table);
  const entriesCrc = crc32(list);
  const last = table.diskSectors - 1;
  return [
    { offsetBytes: 446, bytes: protectiveEntry(table.diskSectors) },
    { offsetBytes: sectorBytes, bytes: header(table, "primary", entriesCrc) },
    { offsetBytes: 2 * sectorBytes, bytes: list },
    { offsetBytes: (last - tableSectors) * sectorBytes, bytes: list },
    { offsetBytes: last * sectorBytes, bytes: header(table, "backup", entriesCrc) },
  ];
}
