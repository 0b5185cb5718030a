import { access, constants, readFile } from "node:fs/promises";
import { type QemuOffer, readOffer } from "./offer.ts";
import { findProgram } from "./qemu-binary.ts";

/** What machines of this host can be made of, besides processors and memory. */
export interface HostOffer {
  /** Undefined where there is no QEMU that answers; a run tells that in its own words. */
  readonly qemu: QemuOffer | undefined;
  /** Why `/dev/vhost-vsock` cannot be used, such as `is not there`; undefined where it can. */
  readonly vsockObstacle: string | undefined;
  /** Free huge pages of the usual size. */
  readonly hugepages: { readonly free: number; readonly sizeKb: number };
}

/** Looks at this host, and asks its QEMU. */
export async function readHostOffer(qemuBinary: string): Promise<HostOffer> {
  const path = await findProgram(qemuBinary);
  const [qemu, vsockObstacle, memory] = await Promise.all([
    path === undefined ? undefined : readOffer(path).catch(() => undefined),
    vsockObstacleOf("/dev/vhost-vsock"),
    readFile("/proc/meminfo", "utf8").catch(() => ""),
  ]);
  const numberOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(memory)?.[1] ?? 0);
  return { qemu, vsockObstacle, hugepages: { free: numberOf("HugePages_Free"), sizeKb: numberOf("Hugepagesize") } };
}

async function vsockObstacleOf(device: string): Promise<string | undefined> {
  return await access(device, constants.R_OK | constants.W_OK).then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) => (code === "ENOENT" ? "is not there" : `cannot be opened (${code ?? "error"})`),
  );
}
