import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inspectKernel, isDebianPackage } from "./kernel-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-kernel-file-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The head of a bzImage with 4 KiB of code, as Documentation/arch/x86/boot.rst describes it. */
function bzImage({ protocol = 0x20f, loadFlags = 1, release = "6.1.0-50-cloud-amd64" } = {}): Buffer {
  const file = Buffer.alloc(2 * 512 + 4096);
  file.writeUInt8(1, 0x1f1);
  file.writeUInt32LE(4096 / 16, 0x1f4);
  file.writeUInt16LE(0xaa55, 0x1fe);
  file.write("HdrS", 0x202, "latin1");
  file.writeUInt16LE(protocol, 0x206);
  file.writeUInt16LE(release === "" ? 0 : 0x300 - 0x200, 0x20e);
  file.writeUInt8(loadFlags, 0x211);
  file.write(`${release} (builder@host) #1 SMP`, 0x300, "latin1");
  return file;
}
const write = async (content: Buffer): Promise<string> => {
  const path = join(folder, "kernel");
  await writeFile(path, content);
  return path;
};

test("a bzImage tells what uname -r will say", async () => {
  const expected = { architecture: "x86_64", release: "6.1.0-50-cloud-amd64" };
  expect(await inspectKernel(await write(bzImage()))).toEqual(expected);
  expect(await inspectKernel(await write(bzImage({ release: "" })))).toEqual({ ...expected, release: undefined });
});

test("an Image of arm64 is known by its magic", async () => {
  const file = Buffer.alloc(4096);
  file.write("ARM\x64", 56, "latin1");
  expect(await inspectKernel(await write(file))).toEqual({ architecture: "aarch64", release: undefined });
});

test.for([
  ["a text", Buffer.from("hello"), "is no kernel."],
  ["an ELF program", Buffer.from("\x7fELF"), "is no kernel, but an ELF program, such as an unpacked vmlinux."],
  ["an RPM package", Buffer.from("edabeedb", "hex"), "is no kernel, but an RPM package."],
  ["a packed kernel", Buffer.from("1f8b0800", "hex"), "is no kernel, but packed with gzip."],
  ["an initial RAM disk", Buffer.from("070701"), "is no kernel, but an initial RAM disk."],
  ["an arm64 vmlinuz.efi", Buffer.from("MZ\0\0zimg"), "is no kernel, but a packed EFI image (vmlinuz.efi)."],
  ["a kernel of the last century", bzImage({ protocol: 0x200 }), "is too old"],
  ["a zImage", bzImage({ loadFlags: 0 }), "is too old"],
  [
    "a kernel that was cut off",
    bzImage().subarray(0, 3000),
    "is truncated: it has 3000 bytes and needs at least 5120.",
  ],
  ["an empty file", Buffer.alloc(0), "is empty."],
] as const)("%s", async ([, content, message]) => {
  await expect(inspectKernel(await write(content))).rejects.toMatchObject({
    name: "ImageError",
    message: expect.stringContaining(message),
    help: expect.stringMatching(/\.$/),
  });
});

test("a path that is not there, and a folder", async () => {
  await expect(inspectKernel(join(folder, "none"))).rejects.toThrow(
    `There is no kernel file '${join(folder, "none")}'.`,
  );
  await mkdir(join(folder, "linux"));
  await expect(inspectKernel(join(folder, "linux"))).rejects.toThrow("is a folder.");
});

test("Debian packages are told by their content", async () => {
  expect(await isDebianPackage(await write(Buffer.from("!<arch>\ndebian-binary   1410")))).toBe(true);
  expect(await isDebianPackage(await write(bzImage()))).toBe(false);
});
