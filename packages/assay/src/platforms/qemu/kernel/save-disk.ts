import { HostExhausted, PlatformError } from "../../../errors/catalogue.ts";
import { runOnHost } from "../../../image/build/host-command.ts";
import { fileDigest } from "../../../image/digest.ts";
import type { Image } from "../../../image/types.ts";
import type { HostSetup } from "../host/host-setup.ts";
import type { Machine } from "../machine/machine.ts";
import type { Template } from "../template/template-store.ts";

const CONVERT_LIMIT_MS = 600_000;
const FREE_DISK = "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.";

/**
 * Switches a fork off in good order and writes its disk into a file of its own; returns the file's SHA-256. Throws
 * TimedOut, HostExhausted or PlatformError.
 */
export async function saveDisk(
  { host, image, signal }: { readonly host: HostSetup; readonly image: Image; readonly signal: AbortSignal },
  { machine, path, template }: { readonly machine: Machine; readonly path: string; readonly template: Template },
): Promise<string> {
  await machine.power.stop({ signal });
  await machine.qmp.execute("quit", {}, { signal }).catch(() => undefined);
  await machine.ended;
  const file = (filename: string) => ({ driver: "file", filename });
  // Spelled out, because the paths in the files are those of the time they were made.
  const chain = {
    driver: "qcow2",
    file: file(machine.overlay),
    backing: {
      driver: "qcow2",
      file: file(template.path("disk")),
      backing: { driver: image.format, file: file(image.path) },
    },
  };
  await convertDisk(host.qemuImg, `json:${JSON.stringify(chain)}`, path, signal);
  return await fileDigest(path, signal);
}

/** Writes `source`, a file as qemu-img names it, as a disk of its own. It ends with assay, however that ends. */
export async function convertDisk(qemuImg: string, source: string, path: string, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(CONVERT_LIMIT_MS);
  const args = ["convert", "-O", "qcow2", source, path];
  const done = await runOnHost(qemuImg, args, { signal: AbortSignal.any([signal, limit]) }).catch((cause: unknown) => {
    signal.throwIfAborted();
    if (!limit.aborted) throw cause;
    const seconds = CONVERT_LIMIT_MS / 1000;
    throw new PlatformError(`The disk with the kernel was not written within ${seconds} s.`, {
      help: "Look at what else writes to the disk of the host, and try again.",
      isTransient: true,
      cause,
    });
  });
  if (done.exitCode === 0) return;
  const words = done.stderr.trim();
  if (/No space left on device|Disk quota exceeded/i.test(words))
    throw new HostExhausted(`There is no room for the disk with the kernel: ${words}`, { help: FREE_DISK });
  throw new PlatformError(`The disk with the kernel could not be written: ${words}`);
}
