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
  try {
    // -u: the base need not be opened; the chain is given to QEMU by its paths of then.
    const backing = ["-u", "-b", base.path, "-F", base.format];
    await run(qemuImg, ["create", "-q", "-f", "qcow2", ...backing, path, `${base.sizeBytes}`], {
      signal,
      timeout: 60_000,
    });
  } catch (cause) {
    signal.throwIfAborted();
    // A program that did not start has said nothing.
    const words = String((cause as { stderr?: unknown }).stderr ?? "").trim() || String(cause);
    if (/no space left|disk quota exceeded/i.test(words)) {
      throw new HostExhausted(`No room on the disk for the overlay '${path}': ${words}`, {
        help: "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.",
        cause,
      });
    }
    throw new PlatformError(`The overlay '${path}' could not be made: ${words}`, { cause });
  }
}
