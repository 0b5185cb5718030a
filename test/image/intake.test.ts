import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { layOutGpt } from "../../packages/assay/src/image/disk/gpt.ts";
import { planDisk } from "../../packages/assay/src/image/disk/layout.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import { fillFile } from "./fill-file.ts";

const run = promisify(execFile);
const diskSizeMiB = 64;
let folder = "";
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-intake-"));
  vi.stubEnv("ASSAY_CACHE", at("cache"));
  await fillFile(at("disk.raw"), diskSizeMiB * 2 ** 20, [
    ...layOutGpt(planDisk("test", diskSizeMiB, 33).table),
    { offsetBytes: 60 * 2 ** 20, bytes: Buffer.from("something at the end") },
  ]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const sha = async (path: string, algorithm = "sha256"): Promise<string> =>
  createHash(algorithm)
    .update(await readFile(path))
    .digest("hex");
const cached = async (): Promise<string[]> =>
  (await readdir(at("cache/unpacked"))).filter((name) => !name.endsWith(".lock"));

const packers = [
  ["gzip", ["-n"]],
  ["xz", ["-0"]],
  ["zstd", ["-q", "-1"]],
  ["bzip2", ["-1"]],
] as const;
const pack = async (program: string, args: readonly string[], name: string): Promise<void> => {
  await run("sh", [
    "-c",
    'input=$1 output=$2; shift 2; "$@" < "$input" > "$output"',
    "sh",
    at("disk.raw"),
    at(name),
    program,
    ...args,
    "-c",
  ]);
};

test.for(packers)(
  "a disk packed with %s is unpacked once, with its holes, whatever its name",
  async ([program, args]) => {
    await pack(program, args, "image");
    const before = [await sha(at("image")), (await stat(at("image"))).mtimeMs];
    const image = await resolveImage(at("image"));
    expect(image).toMatchObject({
      name: "image",
      format: "raw",
      virtualSizeBytes: diskSizeMiB * 2 ** 20,
      digest: await sha(at("disk.raw")),
    });
    expect(await sha(image.path)).toBe(image.digest);
    expect((await stat(image.path)).blocks * 512).toBeLessThan(2 ** 20);
    const { mtimeMs } = await stat(image.path);
    expect((await resolveImage(at("image"))).path).toBe(image.path);
    expect((await stat(image.path)).mtimeMs).toBe(mtimeMs);
    expect([await sha(at("image")), (await stat(at("image"))).mtimeMs]).toEqual(before);
  },
);

test.for(packers)("a packed disk that is cut off or damaged leaves nothing: %s", async ([program, args]) => {
  await pack(program, args, "cut");
  await truncate(at("cut"), Math.floor((await stat(at("cut"))).size / 2));
  await expect(resolveImage(at("cut"))).rejects.toMatchObject({
    name: "ImageError",
    message: expect.stringMatching(new RegExp(`^The image '.*cut' is truncated: its ${program} data end too early`)),
    help: expect.stringContaining("checksum"),
  });
  await pack(program, args, "damaged");
  const bytes = await readFile(at("damaged"));
  const middle = Math.floor(bytes.length / 2);
  await writeFile(
    at("damaged"),
    bytes.map((byte, index) => (index >= middle && index < middle + 40 ? byte ^ 0xff : byte)),
  );
  await expect(resolveImage(at("damaged"))).rejects.toThrow(`is damaged: its ${program} data do not unpack`);
  expect(await cached()).toEqual([]);
});

test("what is packed must be a disk image", async () => {
  await run("sh", ["-c", 'echo hello | gzip > "$1"', "sh", at("text.gz")]);
  await expect(resolveImage(at("text.gz"))).rejects.toThrow("is in no disk format that assay knows");
  await pack("gzip", [], "once.gz");
  await run("sh", ["-c", 'gzip < "$1" > "$2"', "sh", at("once.gz"), at("twice.gz")]);
  await expect(resolveImage(at("twice.gz"))).rejects.toThrow("is compressed with gzip");
});

test("an unpacked disk that was changed is unpacked again", async () => {
  await pack("gzip", [], "image");
  const { digest, path } = await resolveImage(at("image"));
  await appendFile(path, "x");
  expect(await resolveImage(at("image"))).toMatchObject({ digest, path });
  expect(await sha(path)).toBe(digest);
});

test("a missing unpacker is named with its package", async () => {
  await pack("zstd", ["-q"], "image");
  await mkdir(at("bin"));
  for (const program of ["sh", "flock", "cat"]) await run("ln", ["-s", `/usr/bin/${program}`, at("bin")]);
  vi.stubEnv("PATH", at("bin"));
  await expect(resolveImage(at("image"))).rejects.toMatchObject({
    name: "MissingDependency",
    help: "Install it with: sudo apt-get install zstd",
  });
});

test("checksums are of the file as it is given", async () => {
  await pack("xz", ["-0"], "disk.xz");
  const right = `sha256:${await sha(at("disk.xz"))}`;
  expect((await resolveImage(at("disk.xz"), { checksum: right })).checksum).toBe(
    `${right} (the checksum that was given)`,
  );
  const wrong = `sha256:${"0".repeat(64)}`;
  await expect(resolveImage(at("disk.xz"), { checksum: wrong })).rejects.toMatchObject({
    name: "ImageError",
    message: `The image '${at("disk.xz")}' has the wrong checksum: ${right}, but the checksum that was given says ${wrong}.`,
  });
});

test.for([
  ["SHA256SUMS", "sha256", (digest: string) => `${digest}  disk.raw\n`],
  ["SHA512SUMS", "sha512", (digest: string) => `${digest} *disk.raw\n`],
  ["disk.raw.sha256", "sha256", (digest: string) => `${digest}\n`],
] as const)("the file %s beside an image is believed", async ([name, algorithm, write]) => {
  const digest = await sha(at("disk.raw"), algorithm);
  await writeFile(at(name), write(digest));
  expect((await resolveImage(at("disk.raw"))).checksum).toBe(`${algorithm}:${digest} ('${at(name)}')`);
  await writeFile(at(name), write("0".repeat(digest.length)));
  await expect(resolveImage(at("disk.raw"))).rejects.toThrow(`'${at(name)}' says ${algorithm}:000`);
});

test("files of checksums that do not name the image say nothing, unless they were named", async () => {
  await writeFile(at("SHA256SUMS"), `${"0".repeat(64)}  other.raw\n`);
  expect((await resolveImage(at("disk.raw"))).checksum).toBeUndefined();
  await expect(resolveImage(at("disk.raw"), { checksum: at("SHA256SUMS") })).rejects.toThrow(
    "does not name 'disk.raw'",
  );
});

test.for([
  ["vpc", ["-o", "force_size=on"]],
  ["vpc", ["-o", "subformat=fixed,force_size=on"]],
  ["vhdx", []],
  ["vmdk", []],
  ["vmdk", ["-o", "subformat=streamOptimized"]],
] as const)(
  "a disk in %s (%s) becomes qcow2 once, with the same content, and stays itself",
  async ([format, options]) => {
    await run("qemu-img", ["convert", "-f", "raw", "-O", format, ...options, at("disk.raw"), at("image")]);
    const before = [await sha(at("image")), (await stat(at("image"))).mtimeMs];
    const image = await resolveImage(at("image"));
    expect(image).toMatchObject({ name: "image", format: "qcow2", digest: before[0] });
    await run("qemu-img", ["compare", "-f", "raw", "-F", "qcow2", at("disk.raw"), image.path]);
    await run("qemu-img", ["check", "-f", "qcow2", image.path]);
    const { mtimeMs } = await stat(image.path);
    await resolveImage(at("image"));
    expect((await stat(image.path)).mtimeMs).toBe(mtimeMs);
    expect([await sha(at("image")), (await stat(at("image"))).mtimeMs]).toEqual(before);
  },
);

test("a disk whose blocks QEMU cannot read leaves nothing", async () => {
  await run("qemu-img", [
    "convert",
    "-f",
    "raw",
    "-O",
    "vmdk",
    "-o",
    "subformat=streamOptimized",
    at("disk.raw"),
    at("image"),
  ]);
  const bytes = await readFile(at("image"));
  // The first grain lies behind the tables; its deflated content begins after 12 bytes.
  await writeFile(at("image"), bytes.fill(0xff, 128 * 512 + 12, 128 * 512 + 40));
  await expect(resolveImage(at("image"))).rejects.toThrow("QEMU cannot read the image");
  expect((await readdir(at("cache/converted"))).filter((name) => !name.endsWith(".lock"))).toEqual([]);
});
