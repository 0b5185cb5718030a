import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PlatformError } from "../../../errors/catalogue.ts";
import { fileDigest } from "../../../image/digest.ts";
import type { Image } from "../../../image/types.ts";
import type { HostSetup } from "../host/host-setup.ts";
import type { Machine } from "../machine/machine.ts";
import type { Template } from "../template/template-store.ts";

const run = promisify(execFile);
const CONVERT_LIMIT_MS = 600_000;

/**
 * Switches a fork off in good order and writes its disk into a file of its own; returns the file's SHA-256. Throws
 * TimedOut or PlatformError.
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
  try {
    const convert = ["convert", "-O", "qcow2", `json:${JSON.stringify(chain)}`, path];
    await run(host.qemuImg, convert, { signal, timeout: CONVERT_LIMIT_MS });
  } catch (cause) {
    signal.throwIfAborted();
    const words = String((cause as { stderr?: unknown }).stderr ?? cause).trim();
    throw new PlatformError(`The disk with the kernel could not be written: ${words}`, { cause });
  }
  return await fileDigest(path, signal);
}
