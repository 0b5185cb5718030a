import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BootFailed } from "../../packages/assay/src/errors/catalogue.ts";
import type { Image } from "../../packages/assay/src/image/types.ts";
import { machinesFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { openGuests } from "./guests.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-never-boots-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function rawImage(name: string, firstSector: Uint8Array): Promise<Image> {
  const path = join(folder, name);
  await writeFile(path, firstSector);
  await truncate(path, 64 << 20);
  const digest = createHash("sha256").update(name).digest("hex");
  return { name, path, format: "raw", digest, virtualSizeBytes: 64 << 20 };
}

async function bootFailure(image: Image, section: Readonly<Record<string, unknown>>): Promise<BootFailed> {
  await using guests = await openGuests({ image, section });
  const error = await guests.prepare().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BootFailed)) throw new Error("The image boots, or fails in another way.", { cause: error });
  return error;
}

const leftOver = async () => (await readdir(machinesFolder())).filter((name) => name.startsWith("template-never"));

test.each(["bios", "uefi"])(
  "a disk without a loader is told by the %s firmware, long before the time-out",
  async (firmware) => {
    const image = await rawImage(`never-${firmware}`, new Uint8Array(512));
    const error = await bootFailure(image, { firmware_type: firmware, boot_timeout: 500, memory_mb: 256 });
    expect(error.message).toContain(`The image 'never-${firmware}' does not boot: the`);
    expect(error.message).toContain("found nothing to boot on the disk");
    expect(error.serialTail).not.toBe("");
    expect(await leftOver()).toEqual([]);
  },
);

test("a loader that hangs ends at the boot time-out with the console's tail", async () => {
  // jmp $, and the signature that makes it a boot sector.
  const sector = new Uint8Array(512);
  sector.set([0xeb, 0xfe], 0);
  sector.set([0x55, 0xaa], 510);
  const error = await bootFailure(await rawImage("never-ends", sector), {
    firmware_type: "bios",
    boot_timeout: 6,
    memory_mb: 256,
  });
  expect(error.message).toContain("did not answer on SSH within 6 s of power-on");
  expect(error.serialTail).toContain("Booting from Hard Disk");
  expect(error.help).toContain("boot_timeout");
  expect(await leftOver()).toEqual([]);
});
