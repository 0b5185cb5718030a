import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheFolder } from "../host/folders.ts";
import { replaceFile } from "../host/replace-file.ts";
import { Steps } from "./build/steps.ts";
import type { ImageOptions } from "./types.ts";

/** The algorithms in which publishers of images give checksums. */
export type DigestAlgorithm = "sha256" | "sha512";

/** Digest of a file's content, in hex; reads the whole file. */
export async function fileDigest(
  path: string,
  signal?: AbortSignal,
  algorithm: DigestAlgorithm = "sha256",
): Promise<string> {
  const hash = createHash(algorithm);
  const source = createReadStream(path, { highWaterMark: 2 ** 20 });
  await pipeline(source, hash, { ...(signal === undefined ? {} : { signal }) });
  return hash.digest("hex");
}

/**
 * Digest of a file's content, read once and then remembered as long as the file keeps its path, inode, size and
 * time of change. A file that cannot be remembered (cache not writable) is read every time.
 */
export async function rememberedDigest(
  path: string,
  options: ImageOptions = {},
  algorithm: DigestAlgorithm = "sha256",
): Promise<string> {
  const before = await identityOf(path);
  const record = join(cacheFolder(), "digests", `${createHash("sha256").update(path).digest("hex")}.${algorithm}.json`);
  const known = await readRecord(record);
  if (known !== undefined && known.identity === before) return known.digest;
  const steps = new Steps(options.progress);
  steps.begin("Computing the digest of the image", path);
  const digest = await fileDigest(path, options.signal, algorithm);
  steps.end();
  // A file that changed while it was read is worth no memory.
  if ((await identityOf(path)) === before) await writeRecord(record, { path, identity: before, digest });
  return digest;
}

interface DigestRecord {
  readonly path: string;
  readonly identity: string;
  readonly digest: string;
}

async function identityOf(path: string): Promise<string> {
  const { dev, ino, mtimeNs, ctimeNs, size } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

async function readRecord(path: string): Promise<DigestRecord | undefined> {
  try {
    const record: DigestRecord = JSON.parse(await readFile(path, "utf8"));
    return record;
  } catch {
    return undefined;
  }
}

async function writeRecord(path: string, record: DigestRecord): Promise<void> {
  try {
    await replaceFile(path, JSON.stringify(record));
  } catch {
    // Remembering is a convenience; the digest itself is right.
  }
}
