import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ImageDownloadFailed, ImageError } from "../../errors/catalogue.ts";
import { writeError } from "../../errors/disk-full.ts";
import { cacheFolder } from "../../host/folders.ts";
import { replaceFile } from "../../host/replace-file.ts";
import { markUsed, removeUnused } from "../../host/unused-folders.ts";
import { takeLock } from "../build/lock.ts";
import { Steps } from "../build/steps.ts";
import { fileDigest } from "../digest.ts";
import type { ImageOptions } from "../types.ts";
import { readAddress } from "./address.ts";
import { type Checksum, checksumAt, readChecksum, wrongChecksum } from "./checksum.ts";
import { type Fetched, fetchFile } from "./fetch-file.ts";

/** An image that was fetched into the cache. */
export interface Downloaded {
  readonly path: string;
  /** The last part of the address, without what follows a question mark. */
  readonly name: string;
  readonly checksum: Checksum | undefined;
}

/** What is remembered of an address, to fetch it again only when it has changed. */
interface DownloadRecord extends Fetched {
  /** SHA-256 of the content, in hex: its folder. */
  readonly digest: string;
  readonly mtimeMs: number;
  /** The checksum it had to have when it came. */
  readonly checksum?: Checksum;
}

const downloadsFolder = (): string => join(cacheFolder(), "downloads");

/**
 * Fetches the image at the address `given` into the cache, under its content, and returns where it is. What is there already is
 * fetched again only when the server says that it has changed; with a checksum that fits, the server is not asked. A
 * download that is cut off goes on where it was. Throws ImageError, ImageDownloadFailed or HostExhausted; a file with the
 * wrong checksum is removed.
 */
export async function downloadImage(
  given: string,
  wanted: string | undefined,
  options: ImageOptions = {},
): Promise<Downloaded> {
  const { signal } = options;
  const address = readAddress(given);
  const { called } = address;
  const name = safeName(address.fileName);
  const steps = new Steps(options.progress);
  const place = join(downloadsFolder(), createHash("sha256").update(given).digest("hex"));
  const onWait = () => steps.begin("Waiting for another assay that fetches the same image", called);
  await using _lock = await takeLock(`${place}.lock`, { onWait, signal });
  try {
    const due = wanted === undefined ? undefined : await readChecksum(wanted, address.fileName, signal);
    const known = await readRecord(place, name);
    const isKnown = due?.algorithm === "sha256" && due.digest === known?.digest;
    if (known !== undefined && isKnown) return { path: pathOf(known, name), name, checksum: due };
    steps.begin(known === undefined ? "Fetching the image" : "Asking whether the image has changed", called);
    const fetched = await fetchFile({ address, part: `${place}.part`, known, signal }).catch((error: unknown) => {
      if (known === undefined || !(error instanceof ImageDownloadFailed)) throw error;
      steps.begin("Taking the image that was fetched before", error.message);
      return undefined;
    });
    if (fetched === undefined && known !== undefined) {
      const path = pathOf(known, name);
      if (due !== undefined) await mustBe(path, due, called, options);
      return { path, name, checksum: due ?? known.checksum };
    }
    if (fetched === undefined) throw new Error("A server called unchanged what was never fetched.");
    steps.begin("Computing the checksum of the image", called);
    const checksum = due ?? (await checksumAt(address, signal));
    const part = `${place}.part`;
    try {
      if (checksum !== undefined) await mustBe(part, checksum, called, options);
      const digest = await fileDigest(part, signal);
      const path = pathOf({ digest }, name);
      await mkdir(join(downloadsFolder(), digest), { recursive: true });
      await rename(part, path);
      const record: DownloadRecord = {
        ...fetched,
        digest,
        mtimeMs: (await stat(path)).mtimeMs,
        ...(checksum && { checksum }),
      };
      await replaceFile(`${place}.json`, JSON.stringify(record));
      await removeUnused(downloadsFolder(), /\.part(\.json)?$/);
      return { path, name, checksum };
    } catch (error) {
      if (error instanceof ImageError) await rm(part, { force: true });
      throw error;
    } finally {
      await rm(`${part}.json`, { force: true });
    }
  } catch (error) {
    throw writeError(error, downloadsFolder(), "Free some space, or set ASSAY_CACHE to a folder on a larger disk.");
  } finally {
    steps.end();
  }
}

const pathOf = ({ digest }: { readonly digest: string }, name: string): string => join(downloadsFolder(), digest, name);

async function mustBe(path: string, checksum: Checksum, called: string, { signal }: ImageOptions): Promise<void> {
  const actual = await fileDigest(path, signal, checksum.algorithm);
  if (actual !== checksum.digest) throw wrongChecksum(called, checksum, actual);
}

/** A name that is harmless as that of a file, in messages and in options of QEMU. */
function safeName(fileName: string): string {
  const safe = fileName.replaceAll(/[^\w.+-]/g, "_");
  return /^\.*$/.test(safe) ? "image" : safe;
}

async function readRecord(place: string, name: string): Promise<DownloadRecord | undefined> {
  try {
    const record: DownloadRecord = JSON.parse(await readFile(`${place}.json`, "utf8"));
    const { size, mtimeMs } = await stat(pathOf(record, name));
    if (size !== record.sizeBytes || mtimeMs !== record.mtimeMs) return undefined;
    await markUsed(join(downloadsFolder(), record.digest));
    return record;
  } catch {
    // Never fetched, or taken out of the cache: it is fetched again.
    return undefined;
  }
}
