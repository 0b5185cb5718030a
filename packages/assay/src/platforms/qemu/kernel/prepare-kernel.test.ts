import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BootableImage } from "../boot-way.ts";
import { parseQemuSettings } from "../settings.ts";
import { chooseKernel } from "./choose-kernel.ts";
import { type KernelOrder, prepareKernel } from "./prepare-kernel.ts";

let folder = "";
let kernels = "";
let kernelFile = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-prepare-kernel-"));
  vi.stubEnv("ASSAY_CACHE", folder);
  kernels = join(folder, "kernels");
  kernelFile = join(folder, "bzImage");
  await writeFile(kernelFile, bzImage());
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** The least that is taken for a kernel (Documentation/arch/x86/boot.rst). */
function bzImage(): Buffer {
  const file = Buffer.alloc(4096);
  file.writeUInt8(1, 0x1f1);
  file.writeUInt16LE(0xaa55, 0x1fe);
  file.write("HdrS", 0x202, "latin1");
  file.writeUInt16LE(0x20f, 0x206);
  file.writeUInt8(1, 0x211);
  return file;
}

/** An order that needs no guest, because the parameters name the root. */
async function orderOf(): Promise<KernelOrder> {
  const kernel = await chooseKernel(parseQemuSettings({ kernel: kernelFile, cmdline: "root=/dev/vda1" }).boot);
  if (kernel === undefined) throw new Error("No kernel was chosen.");
  const way = { seed: "none", userData: {}, hasIgnition: false, kernel: undefined } as const;
  const image: BootableImage = {
    ...{ name: "disk", path: join(folder, "disk"), format: "raw", digest: "d", virtualSizeBytes: 1 },
    way: { ...way, diskBytes: undefined, login: undefined },
  };
  const order = { kernel, image, signal: new AbortController().signal, progress: () => undefined };
  return order as Partial<KernelOrder> as KernelOrder;
}

test("a kernel is put in place once, and what a killed run left goes", async () => {
  const order = await orderOf();
  const first = await prepareKernel(order);
  expect(first.way.kernel).toMatchObject({ commandLine: "root=/dev/vda1", initrd: undefined });
  const [key = ""] = await readdir(kernels);
  await rm(join(kernels, key, "kernel.json"));
  await mkdir(join(kernels, `.draft-${key}-killed`));
  expect(await prepareKernel(order)).toEqual(first);
  expect(await readdir(kernels)).toEqual([key]);
});

test("a kernel that was built anew meanwhile is not kept under the name of the old one", async () => {
  const order = await orderOf();
  await appendFile(kernelFile, "more");
  await expect(prepareKernel(order)).rejects.toThrow("was changed while it was put on the image");
  expect(await readdir(kernels)).toEqual([]);
});
