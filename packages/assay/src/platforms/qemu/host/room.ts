import { mkdir, statfs } from "node:fs/promises";
import { HostExhausted } from "../../../errors/catalogue.ts";

/**
 * Throws HostExhausted when the disk of `folder` has less than `neededBytes` left. Asked before a guest starts: memory
 * in a file on a full disk ends QEMU with a bus error that says nothing.
 */
export async function needRoom(folder: string, neededBytes: number, what: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new HostExhausted(
    `The disk of '${folder}' has ${megabytes(freeBytes)} left; ${what} needs ${megabytes(neededBytes)}.`,
    { help: "Free disk space, or set ASSAY_CACHE to a folder on a larger disk." },
  );
}
