import { readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** The bits of open(2) that tell reading from writing; reading alone is 0. */
const ACCESS_MODE = 3;

/**
 * True when a process of this machine has the file open for writing, false when none has, undefined when that cannot
 * be told: there is no /proc, or the file belongs to another user, whose processes are hidden from us. Throws what the
 * file system throws for the file itself.
 */
export async function isOpenForWriting(path: string): Promise<boolean | undefined> {
  const place = await realpath(path);
  const file = await stat(place);
  const processes = await readdir("/proc").catch(() => []);
  for (const pid of processes.filter((name) => /^\d+$/.test(name))) {
    if (await hasOpen(join("/proc", pid), basename(place), file)) return true;
  }
  const self = process.getuid?.();
  return processes.length === 0 || (self !== 0 && self !== file.uid) ? undefined : false;
}

/** A process that ends meanwhile, or is not ours to look into, has nothing open. */
async function hasOpen(
  processFolder: string,
  name: string,
  file: { readonly dev: number; readonly ino: number },
): Promise<boolean> {
  const descriptors = await readdir(join(processFolder, "fd")).catch(() => []);
  for (const descriptor of descriptors) {
    try {
      const link = join(processFolder, "fd", descriptor);
      // The name first: it costs less than a stat, and nearly every descriptor is something else.
      if (basename(await readlink(link)) !== name) continue;
      const { dev, ino } = await stat(link);
      if (dev === file.dev && ino === file.ino && (await isWriting(processFolder, descriptor))) return true;
    } catch {
      // Closed since the folder was listed.
    }
  }
  return false;
}

async function isWriting(processFolder: string, descriptor: string): Promise<boolean> {
  const info = await readFile(join(processFolder, "fdinfo", descriptor), "utf8");
  const flags = /^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? "0";
  return (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0;
}
