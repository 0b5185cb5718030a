import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

/** What nobody has used for so long is made again when it is wanted; no run lasts so long. */
const KEPT_MS = 30 * 86_400_000;

/** Notes that the folder is in use now, so that {@link removeUnused} leaves it. A folder that cannot be written is left alone. */
export async function markUsed(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
}

/**
 * Removes the folders in `root` that were marked last 30 days ago or earlier, and what killed processes left there; of
 * files only those whose names match `files`.
 */
export async function removeUnused(root: string, files?: RegExp): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory() && files?.test(entry.name) !== true) continue;
    const path = join(root, entry.name);
    const usedAtMs = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - usedAtMs > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
}
