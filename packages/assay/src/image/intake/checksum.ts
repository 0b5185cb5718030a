import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ImageError } from "../../errors/catalogue.ts";
import { type DigestAlgorithm, rememberedDigest } from "../digest.ts";
import type { ImageOptions } from "../types.ts";
import { type Address, besideAddress, isAddress, readAddress } from "./address.ts";
import { fetchText } from "./fetch-text.ts";

/** What a file must be, and who says so. */
export interface Checksum {
  readonly algorithm: DigestAlgorithm;
  /** Lower-case hex. */
  readonly digest: string;
  /** Such as `--image-checksum` or the path of a file with checksums. */
  readonly saidBy: string;
}

const digits: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 };
/** Files in which publishers keep the checksums of a folder, the stronger ones first. */
const SUMS_FILES = ["SHA512SUMS", "SHA256SUMS"] as const;

/**
 * Reads a checksum as users write it: `sha256:HEX`, `sha512:HEX`, the hex alone, or the path or address of a file with
 * checksums that names `fileName`. Throws ImageError.
 */
export async function readChecksum(text: string, fileName: string, signal?: AbortSignal): Promise<Checksum> {
  const saidBy = "the checksum that was given";
  const [, named, hex] = /^(?:(sha256|sha512)[:=])?([0-9a-f]+)$/i.exec(text.trim()) ?? [];
  if (hex !== undefined) {
    const algorithm = algorithmOf(hex);
    if (algorithm !== undefined && (named === undefined || named.toLowerCase() === algorithm))
      return { algorithm, digest: hex.toLowerCase(), saidBy };
  }
  if (named !== undefined || !/[/.]|SUMS$/i.test(text)) {
    throw new ImageError(`'${text}' is no checksum.`, {
      help: "Give 'sha256:' with 64 hexadecimal digits, 'sha512:' with 128, or a file such as SHA256SUMS.",
    });
  }
  const address = isAddress(text) ? readAddress(text) : undefined;
  const called = address?.called ?? text;
  const sums = await (address === undefined
    ? readFile(text, "utf8").catch(() => undefined)
    : fetchText(address, signal));
  if (sums === undefined)
    throw new ImageError(`The file with checksums '${called}' cannot be read.`, { help: "Check its path or address." });
  const found = findChecksum(sums, fileName, called);
  if (found !== undefined) return found;
  throw new ImageError(`The file with checksums '${called}' does not name '${fileName}'.`, {
    help: "Name the one that the publisher of the image keeps beside it, or give 'sha256:' with the digits.",
  });
}

/** What the files with checksums beside the image at `path` say about it, undefined when there are none that name it. */
export async function checksumBeside(path: string): Promise<Checksum | undefined> {
  return await findBeside(basename(path), async (name) => {
    const beside = join(dirname(path), name);
    return { called: beside, sums: await readFile(beside, "utf8").catch(() => undefined) };
  });
}

/** The same for an image on the web. */
export async function checksumAt(address: Address, signal?: AbortSignal): Promise<Checksum | undefined> {
  // Addresses that are signed for one file give no other.
  if (address.url.search !== "") return undefined;
  return await findBeside(address.fileName, async (name) => {
    const beside = besideAddress(address, name);
    return { called: beside.called, sums: await fetchText(beside, signal) };
  });
}

async function findBeside(
  fileName: string,
  read: (name: string) => Promise<{ readonly called: string; readonly sums: string | undefined }>,
): Promise<Checksum | undefined> {
  for (const name of [...SUMS_FILES, `${fileName}.sha512`, `${fileName}.sha256`]) {
    const { called, sums } = await read(name);
    const found = findChecksum(sums ?? "", fileName, called, !name.endsWith("SUMS"));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Finds `fileName` in the text of a file with checksums, as coreutils write it (`HEX  NAME`, `HEX *NAME`) or with a tag
 * (`SHA256 (NAME) = HEX`). `isOfOne`: a line with nothing but digits is about the one file. Signatures around are passed over.
 */
export function findChecksum(text: string, fileName: string, saidBy: string, isOfOne = false): Checksum | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [, plain, name] = /^\\?([0-9a-fA-F]{64,128})(?:\s+\*?(?:\.\/)?(.+?))?\s*$/.exec(line) ?? [];
    const [, tagName, tagged] = /^SHA(?:256|512) \((?:\.\/)?(.+)\) = ([0-9a-fA-F]{64,128})\s*$/.exec(line) ?? [];
    const digest = plain ?? tagged;
    const algorithm = digest === undefined ? undefined : algorithmOf(digest);
    if (digest === undefined || algorithm === undefined) continue;
    const about = name ?? tagName;
    if (about === fileName || (isOfOne && about === undefined))
      return { algorithm, digest: digest.toLowerCase(), saidBy: `'${saidBy}'` };
  }
  return undefined;
}

/** Throws ImageError when the file at `path` has another checksum; `called` is what the user named. */
export async function verifyChecksum(
  path: string,
  called: string,
  checksum: Checksum,
  options: ImageOptions = {},
): Promise<void> {
  const actual = await rememberedDigest(path, options, checksum.algorithm);
  if (actual !== checksum.digest) throw wrongChecksum(called, checksum, actual);
}

/** The error of a file that is another than the one that was meant. */
export function wrongChecksum(called: string, { algorithm, digest, saidBy }: Checksum, actual: string): ImageError {
  return new ImageError(
    `The image '${called}' has the wrong checksum: ${algorithm}:${actual}, but ${saidBy} says ${algorithm}:${digest}.`,
    { help: "It was damaged on the way, or it is another version than the checksum is for. Fetch both again." },
  );
}

const algorithmOf = (hex: string): DigestAlgorithm | undefined =>
  (["sha256", "sha512"] as const).find((algorithm) => digits[algorithm] === hex.length);
