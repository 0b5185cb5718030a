import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, chmod, copyFile, mkdir, mkdtemp, open, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ImageError } from "../errors/catalogue.ts";
import { layOutGpt } from "./disk/gpt.ts";
import { planDisk } from "./disk/layout.ts";
import { inspectImage } from "./inspect.ts";

const run = promisify(execFile);
const diskSizeMiB = 64;
let folder = "";
const at = (name: string): string => join(folder, name);

/** A raw disk with a partition table and something written near its end. */
const makeRaw = async (path: string): Promise<void> => {
  const disk = await open(path, "wx");
  try {
    await disk.truncate(diskSizeMiB * 2 ** 20);
    for (const { bytes, offsetBytes } of layOutGpt(planDisk("test", diskSizeMiB, 33).table))
      await disk.write(bytes, 0, bytes.length, offsetBytes);
    // What does not compress: a packed disk then ends with it.
    await disk.write(randomBytes(65_536), 0, 65_536, 60 * 2 ** 20);
  } finally {
    await disk.close();
  }
};

const patch = async (path: string, offset: number, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, "r+");
  try {
    await file.write(bytes, 0, bytes.length, offset);
  } finally {
    await file.close();
  }
};

const messageOf = async (name: string): Promise<string> => {
  const error: unknown = await inspectImage(at(name)).catch((thrown: unknown) => thrown);
  if (!(error instanceof ImageError)) throw new Error(`Expected an ImageError, got: ${String(error)}`);
  expect(error.help).toBeTruthy();
  return error.message.replace(folder, "DIR");
};

const conversions = [
  ["plain.qcow2", "qcow2", []],
  ["old.qcow2", "qcow2", ["-o", "compat=0.10"]],
  ["small-clusters.qcow2", "qcow2", ["-o", "cluster_size=4096"]],
  ["compressed.qcow2", "qcow2", ["-c"]],
  ["dynamic.vhd", "vpc", ["-o", "force_size=on"]],
  ["fixed.vhd", "vpc", ["-o", "subformat=fixed,force_size=on"]],
  ["dynamic.vhdx", "vhdx", []],
  ["fixed.vhdx", "vhdx", ["-o", "subformat=fixed"]],
  ["sparse.vmdk", "vmdk", []],
  ["stream.vmdk", "vmdk", ["-o", "subformat=streamOptimized"]],
] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-inspect-"));
  await makeRaw(at("disk.raw"));
  for (const [name, format, options] of conversions)
    await run("qemu-img", ["convert", "-f", "raw", "-O", format, ...options, at("disk.raw"), at(name)]);
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

describe("whole images", () => {
  test("raw is told by its partition table", async () => {
    expect(await inspectImage(at("disk.raw"))).toEqual({
      format: "raw",
      virtualSizeBytes: diskSizeMiB * 2 ** 20,
      fileSizeBytes: diskSizeMiB * 2 ** 20,
    });
  });

  test.for(conversions)("%s is %s", async ([name, format]) => {
    expect(await inspectImage(at(name))).toEqual({
      format,
      virtualSizeBytes: diskSizeMiB * 2 ** 20,
      fileSizeBytes: (await stat(at(name))).size,
    });
  });
});

describe("truncated images", () => {
  test.for([...conversions.map(([name]) => name), "disk.raw"])("%s without its second half", async (name) => {
    await copyFile(at(name), at(`cut-${name}`));
    await truncate(at(`cut-${name}`), Math.floor((await stat(at(name))).size * 0.5));
    // A fixed VHD keeps its name in its last sector: what is left is a raw disk that was cut off.
    expect(await messageOf(`cut-${name}`)).toMatch(/^The image 'DIR\/cut-.*' is truncated: it has \d+ bytes and needs/);
  });

  test.for(["plain.qcow2", "dynamic.vhd", "dynamic.vhdx"])("%s cut within its tables", async (name) => {
    await copyFile(at(name), at(`head-${name}`));
    await truncate(at(`head-${name}`), 700);
    expect(await messageOf(`head-${name}`)).toContain("is truncated");
  });
});

describe("damaged and unusable images", () => {
  test("a qcow2 of a version that does not exist", async () => {
    await copyFile(at("plain.qcow2"), at("version.qcow2"));
    await patch(at("version.qcow2"), 4, Uint8Array.of(0, 0, 0, 9));
    expect(await messageOf("version.qcow2")).toBe("The image 'DIR/version.qcow2' is damaged: qcow2 has no version 9.");
  });

  test("a qcow2 QEMU has marked as corrupt", async () => {
    await copyFile(at("plain.qcow2"), at("corrupt.qcow2"));
    await patch(at("corrupt.qcow2"), 79, Uint8Array.of(2));
    expect(await messageOf("corrupt.qcow2")).toContain("QEMU has marked it as corrupt");
  });

  test("a qcow2 whose tables point nowhere", async () => {
    await copyFile(at("plain.qcow2"), at("wild.qcow2"));
    await patch(at("wild.qcow2"), 40, Buffer.alloc(8, 0xff));
    expect(await messageOf("wild.qcow2")).toMatch(/is (damaged|truncated)/);
  });

  test("an overlay without its backing file", async () => {
    await run("qemu-img", ["create", "-f", "qcow2", "-b", at("plain.qcow2"), "-F", "qcow2", at("overlay.qcow2")]);
    expect(await messageOf("overlay.qcow2")).toContain("needs a backing file");
  });

  test("a VHD whose footer is damaged", async () => {
    await copyFile(at("fixed.vhd"), at("footer.vhd"));
    await patch(at("footer.vhd"), (await stat(at("footer.vhd"))).size - 512 + 50, Uint8Array.of(1));
    expect(await messageOf("footer.vhd")).toContain("the checksum of its VHD footer is wrong");
  });

  test("a VHDX without region tables", async () => {
    await copyFile(at("dynamic.vhdx"), at("regions.vhdx"));
    await patch(at("regions.vhdx"), 192 * 1024, Buffer.alloc(4));
    await patch(at("regions.vhdx"), 256 * 1024, Buffer.alloc(4));
    expect(await messageOf("regions.vhdx")).toContain("its VHDX region table is not there");
  });

  test.for([
    ["a part of a VMDK in several files", 28, Buffer.alloc(8), "is one part of a VMDK disk in several files"],
    ["a VMDK whose tables point nowhere", 56, Buffer.alloc(7, 0xff), "is truncated"],
    ["a VMDK without an end", 56, Buffer.alloc(8, 0xff), "is truncated"],
    ["a VMDK snapshot", 512, Buffer.from("parentCID=12345678\n"), "needs its parent"],
    ["a VMDK that names files of the host as its parts", 12, Buffer.alloc(8), "its VMDK header gives the disk no size"],
    [
      "a VMDK that names a parent and denies it",
      512,
      Buffer.from('parentCID=ffffffff\nparentFileNameHint="/etc/passwd"\n'),
      "needs its parent",
    ],
    ["a VMDK without block size", 20, Buffer.alloc(8), "its VMDK header makes no sense"],
  ] as const)("%s", async ([name, offset, bytes, message]) => {
    const path = at(`${name}.vmdk`);
    await copyFile(at("sparse.vmdk"), path);
    if (message === "needs its parent") await patch(path, 512, Buffer.alloc(20 * 512));
    await patch(path, offset, bytes);
    expect(await messageOf(`${name}.vmdk`)).toContain(message);
  });

  test("a raw disk whose GPT is overwritten", async () => {
    await copyFile(at("disk.raw"), at("gpt.raw"));
    await patch(at("gpt.raw"), 512, Buffer.alloc(512));
    expect(await messageOf("gpt.raw")).toContain("its GPT partition table is missing");
  });
});

describe("files that are no disk image", () => {
  test.for([
    ["missing.qcow2", async () => undefined, "There is no image 'DIR/missing.qcow2'."],
    ["folder", (path: string) => mkdir(path), "The image 'DIR/folder' is a folder."],
    ["empty.qcow2", (path: string) => writeFile(path, ""), "The image 'DIR/empty.qcow2' is empty."],
    [
      "text.img",
      (path: string) => writeFile(path, "hello"),
      "The image 'DIR/text.img' is in no disk format that assay knows.",
    ],
    [
      "zeros.img",
      (path: string) => writeFile(path, Buffer.alloc(65_536)),
      "The image 'DIR/zeros.img' is in no disk format that assay knows.",
    ],
    [
      "packed.qcow2",
      (path: string) => writeFile(path, gzipSync("QFI")),
      "The image 'DIR/packed.qcow2' is compressed with gzip.",
    ],
    [
      "disk.vmdk",
      (path: string) => run("qemu-img", ["create", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", path, "8M"]),
      "The image 'DIR/disk.vmdk' is the description of a VMDK disk.",
    ],
    [
      "disk.vdi",
      (path: string) => run("qemu-img", ["create", "-f", "vdi", path, "8M"]),
      "The image 'DIR/disk.vdi' is a VDI disk.",
    ],
  ] as const)("%s", async ([name, make, message]) => {
    await make(at(name));
    expect(await messageOf(name)).toBe(message);
  });

  test("an ISO file that also boots from disks", async () => {
    await copyFile(at("disk.raw"), at("live.iso"));
    await patch(at("live.iso"), 32_769, Buffer.from("CD001"));
    expect(await messageOf("live.iso")).toContain("is an ISO file");
  });

  test("a file this user may not read", async () => {
    await appendFile(at("secret.qcow2"), "x");
    await chmod(at("secret.qcow2"), 0);
    // Root may read everything, so that it steps down for the moment of the test.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await messageOf("secret.qcow2")).toContain("permission denied");
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
