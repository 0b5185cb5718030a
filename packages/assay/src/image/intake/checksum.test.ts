import { expect, test } from "vitest";
import { findChecksum, readChecksum } from "./checksum.ts";

const short = "a".repeat(64);
const long = "b".repeat(128);

test.for([
  ["plain, as coreutils write it", `${"0".repeat(64)}  other.img\n${short}  disk.img\n`, short],
  ["binary mode", `${short} *disk.img\r\n`, short],
  ["in this folder", `${short}  ./disk.img\n`, short],
  [
    "tagged, as Fedora signs it",
    `Hash: SHA256\n\n# disk.img: 5 bytes\nSHA256 (disk.img) = ${short}\n-----BEGIN`,
    short,
  ],
  ["SHA-512", `${long.toUpperCase()}  disk.img`, long],
  ["a name with a blank", `${short}  my disk.img\n`, undefined],
  ["only a longer name", `${short}  disk.img.xz\n`, undefined],
  ["an MD5 sum", `${"c".repeat(32)}  disk.img\n`, undefined],
  ["digits alone, which could be of any file", `${short}\n`, undefined],
] as const)("the checksum of disk.img: %s", ([, text, digest]) => {
  expect(findChecksum(text, "disk.img", "SUMS")?.digest).toBe(digest);
});

test("a file for one image may hold the digits alone", () => {
  expect(findChecksum(`${short}\n`, "disk.img", "disk.img.sha256", true)).toEqual({
    algorithm: "sha256",
    digest: short,
    saidBy: "'disk.img.sha256'",
  });
});

test.for([
  [`sha256:${short}`, "sha256", short],
  [`SHA512=${long.toUpperCase()}`, "sha512", long],
  [short, "sha256", short],
] as const)("'%s' is a checksum", async ([text, algorithm, digest]) => {
  expect(await readChecksum(text, "disk.img")).toMatchObject({ algorithm, digest });
});

test.for([
  ["md5:0123", "'md5:0123' is no checksum."],
  [`sha512:${short}`, `'sha512:${short}' is no checksum.`],
  ["./missing/SHA256SUMS", "The file with checksums './missing/SHA256SUMS' cannot be read."],
])("'%s' is refused", async ([text = "", message]) => {
  await expect(readChecksum(text, "disk.img")).rejects.toMatchObject({ name: "ImageError", message });
});
