import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { convertDisk } from "./save-disk.ts";

test("qemu-img's own words tell why a disk was not written, and an abort is told as such", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-save-disk-"));
  try {
    const [source, path] = [join(folder, "none"), join(folder, "disk")];
    const { signal } = new AbortController();
    await expect(convertDisk("qemu-img", source, path, signal)).rejects.toMatchObject({
      name: "PlatformError",
      message: expect.stringMatching(/could not be written: qemu-img: Could not open .*none/),
    });
    const stopped = AbortSignal.abort(new Error("enough"));
    await expect(convertDisk("qemu-img", source, path, stopped)).rejects.toThrow("enough");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
