import { UsageError } from "../../../errors/catalogue.ts";
import type { QmpClient, QmpExecuteOptions } from "../machine/qmp-client.ts";
import { listProcessors, type Processors } from "./resize/list-processors.ts";

/** What a block device of QEMU is to a snapshot: a disk with a name that stays, and UEFI's variables nothing. */
export interface DiskNames {
  /** The system disk's, which takes memory and devices of snapshots. */
  readonly systemDisk: string;
  /** Undefined for UEFI's variables, which are part of a device's state, and so of every snapshot. */
  nameOf(block: { readonly node: string; readonly device: string }): string | undefined;
}

/** Of the platform qemu, which names the nodes itself. */
export const QEMU_DISK_NAMES: DiskNames = {
  systemDisk: "disk0",
  nameOf: ({ node }) => (node === "firmware-variables" ? undefined : node),
};

/** What a snapshot fits to. */
export interface Hardware {
  /** The disks that are written to. */
  readonly disks: readonly string[];
  /** Everything that can come and go: QEMU's names of devices, and the processors. */
  readonly parts: readonly string[];
  readonly memoryBytes: number;
}

/** The hardware of now, and what QEMU calls the content of each of its disks. */
export interface PresentHardware extends Hardware {
  readonly nodes: ReadonlyMap<string, string>;
}

/** Asks QEMU what the machine is made of now. Throws UsageError for a disk of which no state can be kept. */
export async function readHardware(
  qmp: QmpClient,
  names: DiskNames,
  limits: QmpExecuteOptions,
): Promise<PresentHardware> {
  const [blocks, devices, processors, memory] = (await Promise.all([
    qmp.execute("query-block", {}, limits),
    qmp.execute("qom-list", { path: "/machine/peripheral" }, limits),
    listProcessors(qmp, limits),
    qmp.execute("query-memory-size-summary", {}, limits),
  ])) as [readonly Block[], readonly Property[], Processors, MemorySize];
  const written = blocks.flatMap(({ inserted, qdev: device = "" }) => {
    if (inserted === undefined || inserted.ro) return [];
    const node = inserted["node-name"];
    const name = names.nameOf({ node, device });
    return name === undefined ? [] : [{ name, node, drv: inserted.drv }];
  });
  const strange = written.find(({ drv }) => drv !== "qcow2");
  if (strange !== undefined) {
    throw new UsageError(`No state can be kept of the disk '${strange.name}', which is '${strange.drv}'.`, {
      help: "Revert the faults of that disk first, or remove it.",
    });
  }
  return {
    disks: written.map(({ name }) => name),
    nodes: new Map(written.map(({ name, node }) => [name, node])),
    parts: [
      ...devices.flatMap(({ name, type }) => (type.startsWith("child<") ? [name] : [])),
      ...processors.slots.flatMap(({ "qom-path": path, props }) =>
        path === undefined ? [] : [`processor ${props["socket-id"] ?? 0}.${props["core-id"] ?? 0}`],
      ),
    ].toSorted(),
    memoryBytes: memory["base-memory"] + (memory["plugged-memory"] ?? 0),
  };
}

/** What came and what went since, in words; undefined when both are the same. */
export function hardwareDifference(then: Hardware, now: Hardware): string | undefined {
  const listed = ({ parts, disks }: Hardware) => new Set([...parts, ...disks.map((disk) => `disk ${disk}`)]);
  const [before, after] = [listed(then), listed(now)];
  const words = [
    ...[...after].filter((part) => !before.has(part)).map((part) => `'${part}' came`),
    ...[...before].filter((part) => !after.has(part)).map((part) => `'${part}' went`),
  ];
  return words.length === 0 ? undefined : words.join(", ");
}

interface Block {
  readonly qdev?: string;
  readonly inserted?: { readonly "node-name": string; readonly drv: string; readonly ro: boolean };
}
interface Property {
  readonly name: string;
  readonly type: string;
}
interface MemorySize {
  readonly "base-memory": number;
  readonly "plugged-memory"?: number;
}
