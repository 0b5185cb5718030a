import { ImageError } from "../../errors/catalogue.ts";
import { guidBytes } from "../disk/gpt.ts";
import type { ImageFile } from "./image-file.ts";

// Places and identifiers: [MS-VHDX] version 20180912. All numbers are little endian.
const regionTables = [192 * 1024, 256 * 1024] as const;
const regions = { blocks: "2dc27766-f623-4200-9d64-115e9bfd4a08", metadata: "8b7ca206-4790-4b9a-b8fe-575f050f886e" };
const items = { parameters: "caa16737-fa36-4d43-b3b6-33f0aa44e76b", diskSize: "2fa54224-cd1b-4876-b211-5dbed83bf4b8" };
const hasParentBit = 2;
// Wholly or partly present; every other state names no place in the file.
const presentStates = new Set([6, 7]);

interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Returns the size in bytes of the disk in a VHDX file, or undefined when it is no VHDX. Throws ImageError. */
export async function inspectVhdx(file: ImageFile): Promise<number | undefined> {
  if ((await file.peek(0, 8)).toString("latin1") !== "vhdxfile") return undefined;
  const table = await readRegionTable(file);
  const metadata = findEntry(file, table, 16, table.readUInt32LE(8), regions.metadata, 64);
  const blocks = findEntry(file, table, 16, table.readUInt32LE(8), regions.blocks, 64);
  file.mustReach(metadata.offset + metadata.length);
  const list = await file.read(metadata.offset, 65_536);
  if (list.toString("latin1", 0, 8) !== "metadata") throw file.damaged("its VHDX metadata is not there");

  const item = (id: string, length: number) => {
    const { offset } = findEntry(file, list, 32, list.readUInt16LE(10), id, 32);
    return file.read(metadata.offset + offset, length);
  };
  const parameters = await item(items.parameters, 8);
  if ((parameters.readUInt32LE(4) & hasParentBit) !== 0)
    throw new ImageError(`The image '${file.path}' is a differencing VHDX and needs its parent.`, {
      help: "Merge it with its parent first, or name the parent.",
    });
  await checkBlocks(file, blocks, parameters.readUInt32LE(0));
  return Number((await item(items.diskSize, 8)).readBigUInt64LE(0));
}

/** Either copy will do: the second is there for the case that writing the first was interrupted. */
async function readRegionTable(file: ImageFile): Promise<Buffer> {
  for (const offset of regionTables) {
    const table = await file.read(offset, 65_536);
    if (table.toString("latin1", 0, 4) === "regi") return table;
  }
  throw file.damaged("its VHDX region table is not there");
}

function findEntry(file: ImageFile, table: Buffer, first: number, count: number, id: string, bits: 32 | 64): Extent {
  const wanted = guidBytes(id);
  for (let index = 0; index < Math.min(count, 2047); index += 1) {
    const entry = table.subarray(first + index * 32, first + index * 32 + 32);
    if (!entry.subarray(0, 16).equals(wanted)) continue;
    return bits === 64
      ? { offset: Number(entry.readBigUInt64LE(16)), length: entry.readUInt32LE(24) }
      : { offset: entry.readUInt32LE(16), length: entry.readUInt32LE(20) };
  }
  throw file.damaged(`its VHDX tables lack the entry ${id}`);
}

async function checkBlocks(file: ImageFile, { length, offset }: Extent, blockBytes: number): Promise<void> {
  if (blockBytes === 0) throw file.damaged("its VHDX block size is zero");
  const table = await file.read(offset, length);
  for (let at = 0; at < table.length; at += 8) {
    const entry = table.readBigUInt64LE(at);
    if (presentStates.has(Number(entry & 7n))) file.mustReach(Number(entry >> 20n) * 2 ** 20 + blockBytes);
  }
}
