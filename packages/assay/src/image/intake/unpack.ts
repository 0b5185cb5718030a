import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ImageError, MissingDependency } from "../../errors/catalogue.ts";
import { writeError } from "../../errors/disk-full.ts";
import { cacheFolder } from "../../host/folders.ts";
import { markUsed, removeUnused } from "../../host/unused-folders.ts";
import { hostPath, packageOf } from "../build/host-command.ts";
import { takeLock } from "../build/lock.ts";
import { Steps } from "../build/steps.ts";
import type { Compression } from "../formats/compressions.ts";
import type { ImageOptions } from "../types.ts";
import { sparseFile } from "./sparse-file.ts";

/** A disk that was unpacked into the cache. */
export interface Unpacked {
  readonly path: string;
  /** SHA-256 of the unpacked content, in hex. */
  readonly digest: string;
}

/** What is remembered beside an unpacked disk, to see that it is still what was written. */
interface UnpackedRecord {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

const unpackedFolder = (): string => join(cacheFolder(), "unpacked");

/**
 * Unpacks the file at `path`, whose SHA-256 is `packedDigest`, into the cache, once per content. The file itself stays
 * as it is. Throws ImageError for damaged files, MissingDependency or HostExhausted; nothing is left behind then.
 */
export async function unpackImage(
  packed: { readonly path: string; readonly digest: string; readonly compression: Compression },
  options: ImageOptions = {},
): Promise<Unpacked> {
  const folder = join(unpackedFolder(), packed.digest);
  const known = await readUnpacked(folder);
  if (known !== undefined) return known;
  const { signal } = options;
  const steps = new Steps(options.progress);
  const onWait = () => steps.begin("Waiting for another assay that unpacks the same image", packed.path);
  await using _lock = await takeLock(join(unpackedFolder(), `.${packed.digest}.lock`), { onWait, signal });
  const unpackedMeanwhile = await readUnpacked(folder);
  if (unpackedMeanwhile !== undefined) return unpackedMeanwhile;
  const prefix = `.unpacking-${packed.digest}-`;
  // What a killed one left; the lock says that nobody is at work.
  for (const name of await readdir(unpackedFolder()))
    if (name.startsWith(prefix)) await rm(join(unpackedFolder(), name), { recursive: true, force: true });
  const draft = await mkdtemp(join(unpackedFolder(), prefix));
  try {
    steps.begin("Unpacking the image", packed.path);
    const disk = join(draft, "disk");
    const digest = await unpackTo(disk, packed.path, packed.compression, signal);
    const { size, mtimeMs } = await stat(disk);
    const record: UnpackedRecord = { digest, sizeBytes: size, mtimeMs };
    await writeFile(join(draft, "unpacked.json"), `${JSON.stringify(record)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    await removeUnused(unpackedFolder());
    return { path: join(folder, "disk"), digest };
  } catch (error) {
    throw writeError(error, unpackedFolder(), "Free some space, or set ASSAY_CACHE to a folder on a larger disk.");
  } finally {
    steps.end();
    await rm(draft, { recursive: true, force: true });
  }
}

async function unpackTo(disk: string, path: string, how: Compression, signal: AbortSignal | undefined) {
  const file = await open(disk, "wx", 0o600);
  const program = spawn(how.program, how.args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8", PATH: hostPath() },
  });
  let words = "";
  program.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2000);
  });
  const ended = Promise.withResolvers<number | null>();
  program.on("error", ended.reject).on("close", ended.resolve);
  ended.promise.catch(() => undefined);
  const hash = createHash("sha256");
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const stop = signal === undefined ? {} : { signal };
  const output = pipeline(program.stdout, counted, sparseFile(file), stop);
  const input = pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), program.stdin, stop);
  // A program that gives up does not read on; why, it says itself.
  input.catch(() => undefined);
  try {
    await output.catch(async (error: unknown) => {
      program.kill("SIGKILL");
      await ended.promise;
      throw error;
    });
    const code = await ended.promise;
    if (code !== 0) throw damaged(path, how, words);
    return hash.digest("hex");
  } catch (error) {
    throw isNotFound(error) ? missing(how) : error;
  } finally {
    await input.catch(() => undefined);
    await file.close();
  }
}

function damaged(path: string, { name }: Compression, words: string): ImageError {
  const last = words.trim().split("\n").at(-1) ?? "";
  const isCut = /unexpected end|premature|truncated|ends unexpectedly/i.test(words);
  const what = isCut ? `is truncated: its ${name} data end too early` : `is damaged: its ${name} data do not unpack`;
  return new ImageError(`The image '${path}' ${what}${last === "" ? "" : ` (${last})`}.`, {
    help: "Fetch it again, and compare its checksum with the publisher's; --image-checksum does so for each run.",
  });
}

const missing = ({ name, program }: Compression): MissingDependency =>
  new MissingDependency(`The image is packed with ${name}, and the program '${program}' is not on this machine.`, {
    help: `Install it with: sudo apt-get install ${packageOf[program] ?? program}`,
  });

const isNotFound = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

async function readUnpacked(folder: string): Promise<Unpacked | undefined> {
  try {
    const record: UnpackedRecord = JSON.parse(await readFile(join(folder, "unpacked.json"), "utf8"));
    const path = join(folder, "disk");
    const { size, mtimeMs } = await stat(path);
    if (size !== record.sizeBytes || mtimeMs !== record.mtimeMs) return undefined;
    await markUsed(folder);
    return { path, digest: record.digest };
  } catch {
    // Not there, or half removed: it is unpacked again.
    return undefined;
  }
}
