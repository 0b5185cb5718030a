import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { MissingDependency } from "../../../errors/catalogue.ts";
import { descriptorFolders, readDescriptorFiles } from "./descriptor-files.ts";
import type { HostSetup } from "./host-setup.ts";
import { findProgram } from "./qemu-binary.ts";

const run = promisify(execFile);

/** The daemon that serves a folder of the host to a guest over virtiofs. */
export interface Virtiofsd {
  readonly path: string;
  /** `c`: that of QEMU up to 7.2. `rust`: the project of its own that came after it. */
  readonly kind: "c" | "rust";
  /** It can be told that nobody may write. */
  readonly hasReadOnly: boolean;
}

/** What this host has for folders over virtiofs. */
export interface VirtiofsOffer {
  /** Undefined where none is installed. */
  readonly daemon: Virtiofsd | undefined;
  /** Assay may mount, which root in a container may not. */
  readonly mayMount: boolean;
  /** Every user may become root of a namespace of its own. */
  readonly hasUserNamespaces: boolean;
}

let found: Promise<VirtiofsOffer> | undefined;

/** What there is on this host. Looked for once in a process. */
export function findVirtiofs(): Promise<VirtiofsOffer> {
  found ??= lookForVirtiofs(descriptorFolders("vhost-user"));
  return found;
}

/** Looks for the daemon, and for what assay's user may do. Runs it once, to ask what it knows. */
export async function lookForVirtiofs(folders: readonly string[]): Promise<VirtiofsOffer> {
  const [daemon, mayMount, hasUserNamespaces] = await Promise.all([findDaemon(folders), canMount(), canBeRoot()]);
  return { daemon, mayMount, hasUserNamespaces };
}

/** The daemon of this host. Throws MissingDependency. */
export function needVirtiofsd({ qemu, virtiofsd }: Pick<HostSetup, "qemu" | "virtiofsd">): Virtiofsd {
  if (virtiofsd !== undefined) return virtiofsd;
  throw new MissingDependency("A folder over virtiofs needs the program 'virtiofsd', which is not on this machine.", {
    help: `Install it with 'apt-get install ${packageOfVirtiofsd(qemu.major)}' (Debian, Ubuntu), or leave 'driver' out of 'share'.`,
  });
}

/** QEMU 8.0 is the first without a daemon of its own (QEMU's change log); Debian packs the later one alone. */
export function packageOfVirtiofsd(qemuMajor: number): string {
  return qemuMajor >= 8 ? "virtiofsd" : "qemu-system-common";
}

/** Where packages put it that come without a descriptor. */
const USUAL_PLACES = ["/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd", "virtiofsd"];

async function findDaemon(folders: readonly string[]): Promise<Virtiofsd | undefined> {
  const files = await readDescriptorFiles(folders);
  const described = files.map(({ text }) => daemonOf(text)).filter((binary) => binary !== undefined);
  for (const place of [...described, ...USUAL_PLACES]) {
    const path = await findProgram(place);
    const daemon = path === undefined ? undefined : await askDaemon(path);
    if (daemon !== undefined) return daemon;
  }
  return undefined;
}

/** The program in a descriptor (QEMU's docs/interop/vhost-user.json); undefined for what is not about files. */
export function daemonOf(text: string): string | undefined {
  try {
    const { binary, type } = JSON.parse(text) as { readonly binary?: unknown; readonly type?: unknown };
    return type === "fs" && typeof binary === "string" && binary.startsWith("/") ? binary : undefined;
  } catch {
    return undefined;
  }
}

const ANSWER_LIMIT_MS = 20_000;

async function askDaemon(path: string): Promise<Virtiofsd | undefined> {
  const answer = await run(path, ["--help"], { timeout: ANSWER_LIMIT_MS }).catch(() => undefined);
  return answer === undefined ? undefined : understood(path, answer.stdout);
}

/** What the daemon at `path` is, by its help; undefined for another program. */
export function understood(path: string, help: string): Virtiofsd | undefined {
  if (!/--fd\b/.test(help)) return undefined;
  if (/--shared-dir\b/.test(help)) return { path, kind: "rust", hasReadOnly: /--readonly\b/.test(help) };
  return /-o source=/.test(help) ? { path, kind: "c", hasReadOnly: false } : undefined;
}

/** The number of CAP_SYS_ADMIN (capabilities(7)), with which namespaces are made and file systems mounted. */
const SYS_ADMIN = 21n;

async function canMount(): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> SYS_ADMIN) & 1n) === 1n;
}

/** The first limit is the kernel's; the second switch is Debian's, and absent where it is not switched off. */
async function canBeRoot(): Promise<boolean> {
  const [most, isAllowed] = await Promise.all([
    readFile("/proc/sys/user/max_user_namespaces", "utf8").catch(() => "0"),
    readFile("/proc/sys/kernel/unprivileged_userns_clone", "utf8").catch(() => "1"),
  ]);
  return Number(most) > 0 && isAllowed.trim() !== "0";
}
