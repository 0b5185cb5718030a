import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { imageWithKernel } from "../../packages/assay/src/image/kernel/image-with-kernel.ts";
import { inspectKernelPackage } from "../../packages/assay/src/image/kernel/kernel-package.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-kernel-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Makes a Debian package of a file at `path`, with the real dpkg-deb. */
async function makePackage(name: string, path: string): Promise<string> {
  const tree = join(folder, name);
  await mkdir(join(tree, "DEBIAN"), { recursive: true });
  await writeFile(
    join(tree, "DEBIAN/control"),
    `Package: ${name}\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody <nobody@example.org>\nDescription: none\n`,
  );
  await mkdir(join(tree, path, ".."), { recursive: true });
  await writeFile(join(tree, path), "content");
  const deb = join(folder, `${name}.deb`);
  await promisify(execFile)("dpkg-deb", ["--build", "--root-owner-group", tree, deb]);
  return deb;
}

test("a kernel's package tells its release", async () => {
  const path = await makePackage("linux-image-6.9.1-mine", "boot/vmlinuz-6.9.1-mine");
  expect(await inspectKernelPackage(path)).toEqual({
    path,
    name: "linux-image-6.9.1-mine",
    release: "6.9.1-mine",
    architecture: "amd64",
  });
});

test("packages without a kernel, and those that were cut off", async () => {
  const path = await makePackage("linux-image-amd64", "usr/share/doc/readme");
  await expect(inspectKernelPackage(path)).rejects.toThrow("holds no kernel: it has no file 'boot/vmlinuz-…'");
  await truncate(path, 300);
  await expect(inspectKernelPackage(path)).rejects.toThrow("is damaged or cut off");
});

test("a kernel is a file, or with an image of a recipe the name of one of the archive", async () => {
  const file = join(folder, "bzImage");
  await writeFile(file, "");
  expect(await imageWithKernel("debian-12", undefined)).toEqual({ image: "debian-12", kernel: undefined });
  expect(await imageWithKernel("debian-12", "")).toEqual({ image: "debian-12", kernel: undefined });
  expect(await imageWithKernel("/my.qcow2", file)).toEqual({ image: "/my.qcow2", kernel: file });
  expect(await imageWithKernel("debian-12", "rt")).toEqual({ image: "debian-12+rt", kernel: undefined });
  expect(await imageWithKernel("debian-12+rt", "rt")).toEqual({ image: "debian-12+rt", kernel: undefined });
  await expect(imageWithKernel("debian-12+rt", "cloud")).rejects.toThrow("names a kernel, and so does 'cloud'");
  await expect(imageWithKernel("/my.qcow2", "rt")).rejects.toMatchObject({
    message: "There is no kernel file 'rt', and the image '/my.qcow2' is not built from a recipe.",
    help: expect.stringContaining("apt-get download linux-image-RELEASE"),
  });
});
