import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HostExhausted, ImageError } from "../../errors/catalogue.ts";
import { writeError } from "../../errors/disk-full.ts";
import { cacheFolder } from "../../host/folders.ts";
import { markUsed, removeUnused } from "../../host/unused-folders.ts";
import { runOnHost } from "../build/host-command.ts";
import { takeLock } from "../build/lock.ts";
import { Steps } from "../build/steps.ts";
import type { ImageFormat, ImageOptions } from "../types.ts";

/** A disk to be converted; `digest` is the SHA-256 of its file. */
export interface Convertible {
  readonly path: string;
  readonly format: ImageFormat;
  readonly digest: string;
}

const convertedFolder = (): string => join(cacheFolder(), "converted");
const names = { disk: "disk.qcow2", record: "converted.json" } as const;

/** Whether QEMU can freeze and fork guests on a disk of this format: it refuses to migrate guests on the others. */
export function isForkable(format: ImageFormat): format is "qcow2" | "raw" {
  return format === "qcow2" || format === "raw";
}

/**
 * Makes a qcow2 disk of a VHD, VHDX or VMDK in the cache, once per content, and returns its path. The file itself is only
 * read. Throws ImageError when QEMU cannot read it to its end, MissingDependency or HostExhausted; nothing is left then.
 */
export async function convertImage(image: Convertible, options: ImageOptions = {}): Promise<string> {
  const folder = join(convertedFolder(), image.digest);
  if (await isWhole(folder)) return join(folder, names.disk);
  const { signal } = options;
  const steps = new Steps(options.progress);
  const onWait = () => steps.begin("Waiting for another assay that converts the same image", image.path);
  await using _lock = await takeLock(join(convertedFolder(), `.${image.digest}.lock`), { onWait, signal });
  if (await isWhole(folder)) return join(folder, names.disk);
  const prefix = `.converting-${image.digest}-`;
  // What a killed one left; the lock says that nobody is at work.
  for (const name of await readdir(convertedFolder()))
    if (name.startsWith(prefix)) await rm(join(convertedFolder(), name), { recursive: true, force: true });
  const draft = await mkdtemp(join(convertedFolder(), prefix));
  try {
    steps.begin("Converting the image to qcow2", image.path);
    await convert(image, join(draft, names.disk), signal);
    const { mtimeMs, size } = await stat(join(draft, names.disk));
    await writeFile(join(draft, names.record), `${JSON.stringify({ sizeBytes: size, mtimeMs })}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    await removeUnused(convertedFolder());
    return join(folder, names.disk);
  } catch (error) {
    throw writeError(error, convertedFolder(), ROOM_HELP);
  } finally {
    steps.end();
    await rm(draft, { recursive: true, force: true });
  }
}

const ROOM_HELP = "Free some space, or set ASSAY_CACHE to a folder on a larger disk.";

async function convert({ format, path }: Convertible, disk: string, signal: AbortSignal | undefined): Promise<void> {
  const done = await runOnHost("qemu-img", ["convert", "-f", format, "-O", "qcow2", path, disk], { signal });
  if (done.exitCode === 0) return;
  const words = done.stderr.trim().split("\n").at(-1) ?? "";
  if (/No space left on device|Disk quota exceeded/.test(done.stderr))
    throw new HostExhausted(`The disk that holds '${convertedFolder()}' is full.`, { help: ROOM_HELP });
  throw new ImageError(`QEMU cannot read the image '${path}': ${words}`, {
    help: "Download or build it again, and compare its checksum with the publisher's.",
  });
}

async function isWhole(folder: string): Promise<boolean> {
  try {
    const record: { readonly sizeBytes: number; readonly mtimeMs: number } = JSON.parse(
      await readFile(join(folder, names.record), "utf8"),
    );
    const { mtimeMs, size } = await stat(join(folder, names.disk));
    if (size !== record.sizeBytes || mtimeMs !== record.mtimeMs) return false;
    await markUsed(folder);
    return true;
  } catch {
    // Not there, or half removed: it is converted again.
    return false;
  }
}
