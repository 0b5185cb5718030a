import { ImageError } from "../errors/catalogue.ts";
import { ImageFile } from "./formats/image-file.ts";
import { recognizeOther } from "./formats/known-others.ts";
import { inspectQcow2 } from "./formats/qcow2.ts";
import { inspectRaw } from "./formats/raw.ts";
import { inspectVhdx } from "./formats/vhdx.ts";
import { inspectVmdk } from "./formats/vmdk.ts";
import { inspectVpc } from "./formats/vpc.ts";
import type { ImageFormat } from "./types.ts";

/** What a look into an image file tells. */
export interface Inspection {
  readonly format: ImageFormat;
  /** Size of the disk the guest sees, in bytes. */
  readonly virtualSizeBytes: number;
  readonly fileSizeBytes: number;
}

// Raw comes last: a fixed VHD begins with the same partition table.
const formats: readonly (readonly [ImageFormat, (file: ImageFile) => Promise<number | undefined>])[] = [
  ["qcow2", inspectQcow2],
  ["vhdx", inspectVhdx],
  ["vmdk", inspectVmdk],
  ["vpc", inspectVpc],
  ["raw", inspectRaw],
];

/**
 * Finds out the format of the disk image `path` by its content, and that it is whole, by reading only its tables.
 * Throws ImageError for a file that is missing, unreadable, empty, truncated, damaged or no disk image.
 */
export async function inspectImage(path: string): Promise<Inspection> {
  await using file = await ImageFile.open(path);
  try {
    for (const [format, inspect] of formats) {
      const virtualSizeBytes = await inspect(file);
      if (virtualSizeBytes !== undefined) return { format, virtualSizeBytes, fileSizeBytes: file.sizeBytes };
    }
  } catch (error) {
    // Numbers of a damaged table can point outside what a file may hold.
    throw error instanceof RangeError ? file.damaged("its tables make no sense") : error;
  }
  const other = await recognizeOther(file);
  if (other !== undefined) throw new ImageError(`The image '${path}' is ${other.what}.`, { help: other.help });
  throw new ImageError(`The image '${path}' is in no disk format that assay knows.`, {
    help: "Assay takes qcow2, VHD, VHDX, VMDK and raw disks with a partition table. The file may also be cut off or damaged.",
  });
}
