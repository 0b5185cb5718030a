import { open } from "node:fs/promises";
import type { Placed } from "../../packages/assay/src/image/disk/gpt.ts";

/** Makes a file of `sizeBytes`, mostly holes, with `parts` in it. */
export async function fillFile(path: string, sizeBytes: number, parts: readonly Placed[]): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.truncate(sizeBytes);
    for (const { bytes, offsetBytes } of parts) await file.write(bytes, 0, bytes.length, offsetBytes);
  } finally {
    await file.close();
  }
}
