import { PlatformError } from "../../../errors/catalogue.ts";
import type { Shell } from "../../../node/shell/types.ts";

const LIMIT_MS = 120_000;
/** An initial RAM disk with all modules has 100 MB, and comes from an emulated guest. */
const DOWNLOAD_LIMIT_MS = 600_000;

/** Where the kernel and the initial RAM disk of a guest are put. */
export interface BootFilePlaces {
  readonly kernel: string;
  /** Undefined: it is not wanted. */
  readonly initrd: string | undefined;
}

/**
 * Brings kernel and initial RAM disk from the guest's /boot; false when it has no initial RAM disk or none is wanted.
 * Throws PlatformError when the guest does not say whether it has one.
 */
export async function takeBootFiles(
  shell: Pick<Shell, "run" | "download">,
  release: string,
  places: BootFilePlaces,
  signal: AbortSignal,
): Promise<boolean> {
  const options = { sudo: true, signal, timeoutMs: DOWNLOAD_LIMIT_MS };
  await shell.download(`/boot/vmlinuz-${release}`, places.kernel, options);
  if (places.initrd === undefined) return false;
  for (const name of [`initrd.img-${release}`, `initramfs-${release}.img`, `initrd-${release}`]) {
    const found = await shell.run(["test", "-e", `/boot/${name}`], { ...options, timeoutMs: LIMIT_MS });
    signal.throwIfAborted();
    if (found.exitCode === 1) continue;
    // What is kept after a lost connection would be a kernel without its modules, for every later run.
    if (found.exitCode !== 0)
      throw new PlatformError(
        `The image does not tell whether '/boot/${name}' is there: ${found.stderr.trim() || found.outcome.kind}`,
        { isTransient: true },
      );
    await shell.download(`/boot/${name}`, places.initrd, options);
    return true;
  }
  return false;
}
