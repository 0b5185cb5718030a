import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { HostExhausted, PlatformError } from "../../../errors/catalogue.ts";
import type { DiskLayer } from "./machine-spec.ts";

const run = promisify(execFile);

/** Makes an empty qcow2 overlay on `base`. Copies of it serve any number of machines, each 200 KB to begin with. */
export async function createEmptyOverlay(
  qemuImg: string,
  path: string,
  base: DiskLayer & { readonly sizeBytes: number },
  signal: AbortSignal,
): Promise<void> {
  // -u: the base need not be opened; the chain is given to QEMU by its paths of then.
  await create(qemuImg, ["-u", "-b", base.path, "-F", base.format, path, `${base.sizeBytes}`], path, signal);
}

/** Makes an empty qcow2 disk, which takes 200 KB until it is written to. */
export async function createDisk(qemuImg: string, path: string, sizeBytes: number, signal: AbortSignal): Promise<void> {
  await create(qemuImg, [path, `${sizeBytes}`], path, signal);
}

async function create(qemuImg: string, what: readonly string[], path: string, signal: AbortSignal): Promise<void> {
  try {
    await run(qemuImg, ["create", "-q", "-f", "qcow2", ...what], { signal, timeout: 60_000 });
  } catch (cause) {
    signal.throwIfAborted();
    // A program that did not start has said nothing.
    const words = String((cause as { stderr?: unknown }).stderr ?? "").trim() || String(cause);
    if (/no space left|disk quota exceeded/i.test(words)) {
      throw new HostExhausted(`No room on the host's disk for '${path}': ${words}`, {
        help: "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.",
        cause,
      });
    }
    throw new PlatformError(`The disk '${path}' could not be made: ${words}`, { cause });
  }
}
