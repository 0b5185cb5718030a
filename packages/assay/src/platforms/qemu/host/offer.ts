import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { VirtualizationExtension } from "../../../features/nested-virtualization.ts";
import { cacheFolder } from "../../../host/folders.ts";
import { replaceFile } from "../../../host/replace-file.ts";
import { QmpClient } from "../machine/qmp-client.ts";

/** What one QEMU can make, as it says itself. */
export interface QemuOffer {
  /** Such as `7.2.22`. */
  readonly version: string;
  /** Machine types with their other names. */
  readonly machines: readonly string[];
  /** Processor models. */
  readonly processors: readonly string[];
  /** Types of devices, those that boards are made of included. */
  readonly devices: readonly string[];
  /** What its emulated processors have for virtual machines inside the machine; null for nothing. */
  readonly emulatedExtension: VirtualizationExtension | null;
}

/**
 * Asks the QEMU at `path` what it can make, once for each file there: the answer is kept until the program changes.
 * Takes a quarter of a second, and nothing when it is kept. Throws PlatformError or TimedOut when QEMU does not answer.
 */
export async function readOffer(path: string): Promise<QemuOffer> {
  const { mtimeMs, size } = await stat(path);
  const stamp = createHash("sha256")
    .update(JSON.stringify([path, size, mtimeMs]))
    .digest("hex")
    .slice(0, 16);
  const file = join(cacheFolder(), "offers", `${stamp}.json`);
  const kept = await readKept(file);
  if (kept !== undefined) return kept;
  const offer = await askQemu(path);
  await mkdir(join(cacheFolder(), "offers"), { recursive: true });
  await replaceFile(file, JSON.stringify(offer));
  return offer;
}

const MONITOR_FD = 3;
const ANSWER_LIMIT_MS = 30_000;

async function askQemu(path: string): Promise<QemuOffer> {
  const bare = ["-nodefaults", "-no-user-config", "-display", "none", "-machine", "none", "-S"];
  const monitor = ["-chardev", `socket,id=monitor0,fd=${MONITOR_FD}`, "-mon", "chardev=monitor0,mode=control"];
  const child = spawn(path, [...bare, ...monitor], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const options = { timeoutMs: ANSWER_LIMIT_MS };
  try {
    using qmp = await QmpClient.open(child.stdio[MONITOR_FD] as Duplex, options);
    const ask = async <T>(command: string, given = {}): Promise<T> => (await qmp.execute(command, given, options)) as T;
    const [version, machines, processors, devices, fullest] = await Promise.all([
      ask<{ readonly qemu: Version }>("query-version"),
      ask<readonly { readonly name: string; readonly alias?: string }[]>("query-machines"),
      ask<readonly Named[]>("query-cpu-definitions"),
      ask<readonly Named[]>("qom-list-types", { implements: "device", abstract: false }),
      // Refused by a QEMU of another architecture, which has no such model.
      ask<Expanded>("query-cpu-model-expansion", { type: "full", model: { name: "max" } }).catch(() => undefined),
    ]);
    const { major, micro, minor } = version.qemu;
    return {
      version: `${major}.${minor}.${micro}`,
      machines: machines.flatMap(({ alias, name }) => (alias === undefined ? [name] : [name, alias])),
      processors: processors.map(({ name }) => name),
      devices: devices.map(({ name }) => name),
      emulatedExtension: (["svm", "vmx"] as const).find((each) => fullest?.model.props[each] === true) ?? null,
    };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly micro: number;
}
interface Expanded {
  readonly model: { readonly props: Readonly<Record<string, unknown>> };
}
interface Named {
  readonly name: string;
}

async function readKept(file: string): Promise<QemuOffer | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, "utf8")) as QemuOffer;
    const lists = [kept.machines, kept.processors, kept.devices];
    const isWhole = typeof kept.version === "string" && kept.emulatedExtension !== undefined;
    return isWhole && lists.every((list) => Array.isArray(list)) ? kept : undefined;
  } catch {
    return undefined;
  }
}
