import { access, constants, readFile } from "node:fs/promises";
import { fullMachineName } from "./machine-name.ts";
import { type Nesting, nestingOfKvm } from "./nesting.ts";
import { type QemuOffer, readOffer } from "./offer.ts";
import { findProgram } from "./qemu-binary.ts";
import { findSecurity, type HostSecurity } from "./security.ts";
import { findTapWay, whyNoTaps } from "./tap-way.ts";
import { findVirtiofs, type VirtiofsOffer } from "./virtiofsd.ts";

/** What machines of this host can be made of, besides processors and memory. */
export interface HostOffer {
  /** Undefined where there is no QEMU that answers; a run tells that in its own words. */
  readonly qemu: QemuOffer | undefined;
  readonly security: HostSecurity;
  /** Why `/dev/vhost-vsock` cannot be used, such as `is not there`; undefined where it can. */
  readonly vsockObstacle: string | undefined;
  /** Free huge pages of the usual size. */
  readonly hugepages: { readonly free: number; readonly sizeKb: number };
  readonly nesting: Nesting;
  /** Why no interface can have several queues, as the end of a sentence with what to do; undefined where it can. */
  readonly tapObstacle: string | undefined;
  readonly virtiofs: VirtiofsOffer;
}

/** Looks at this host, and asks its QEMU unless that is not wanted: it takes a quarter of a second. */
export async function readHostOffer(qemuBinary: string, { asksQemu = true } = {}): Promise<HostOffer> {
  const path = asksQemu ? await findProgram(qemuBinary) : undefined;
  const [qemu, vsockObstacle, memory, kvm, taps, virtiofs] = await Promise.all([
    path === undefined ? undefined : readOffer(path).catch(() => undefined),
    vsockObstacleOf("/dev/vhost-vsock"),
    readFile("/proc/meminfo", "utf8").catch(() => ""),
    nestingOfKvm(),
    asksQemu ? findTapWay() : whyNoTaps(),
    findVirtiofs(),
  ]);
  const security = await findSecurity(boardFor(qemuBinary, qemu));
  const numberOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(memory)?.[1] ?? 0);
  const hugepages = { free: numberOf("HugePages_Free"), sizeKb: numberOf("Hugepagesize") };
  const nesting = { kvm, tcg: qemu?.emulatedExtension ?? undefined };
  const tapObstacle = typeof taps === "string" ? taps : undefined;
  return { qemu, security, vsockObstacle, hugepages, nesting, tapObstacle, virtiofs };
}

/** The board with Secure Boot of a QEMU; its version matters little, because firmware is for all of them. */
function boardFor(qemuBinary: string, { machines, version }: Partial<QemuOffer> = {}) {
  const isArm = machines === undefined ? /aarch64/.test(qemuBinary) : !machines.includes("q35");
  const [architecture, board] = isArm ? ["aarch64", "virt"] : ["x86_64", "q35"];
  return { architecture, machine: fullMachineName(board, version ?? "0.0") };
}

async function vsockObstacleOf(device: string): Promise<string | undefined> {
  return await access(device, constants.R_OK | constants.W_OK).then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) => (code === "ENOENT" ? "is not there" : `cannot be opened (${code ?? "error"})`),
  );
}
