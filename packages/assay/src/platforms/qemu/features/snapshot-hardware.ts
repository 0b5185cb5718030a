import { UsageError } from "../../../errors/catalogue.ts";
import type { QmpClient, QmpExecuteOptions } from "../machine/qmp-client.ts";

/** QEMU's name for the system disk, which takes memory and devices of snapshots. */
export const STATE_NODE = "disk0";
/** UEFI's variables are part of a device's state, and so of every snapshot. */
const VARIABLES_NODE = "firmware-variables";

/** What a snapshot fits to. */
export interface Hardware {
  /** QEMU's names of the disks that are written to. */
  readonly disks: readonly string[];
  /** Everything that can come and go: QEMU's names of devices, and the processors. */
  readonly parts: readonly string[];
  readonly memoryBytes: number;
}

/** Asks QEMU what the machine is made of now. Throws UsageError for a disk of which no state can be kept. */
export async function readHardware(qmp: QmpClient, limits: QmpExecuteOptions): Promise<Hardware> {
  const [blocks, devices, processors, memory] = (await Promise.all([
    qmp.execute("query-block", {}, limits),
    qmp.execute("qom-list", { path: "/machine/peripheral" }, limits),
    qmp.execute("query-hotpluggable-cpus", {}, limits),
    qmp.execute("query-memory-size-summary", {}, limits),
  ])) as [readonly Block[], readonly Property[], readonly Processor[], MemorySize];
  const written = blocks.flatMap(({ inserted }) =>
    inserted === undefined || inserted.ro || inserted["node-name"] === VARIABLES_NODE ? [] : [inserted],
  );
  const strange = written.find(({ drv }) => drv !== "qcow2");
  if (strange !== undefined) {
    throw new UsageError(`No state can be kept of the disk '${strange["node-name"]}', which is '${strange.drv}'.`, {
      help: "Revert the faults of that disk first, or remove it.",
    });
  }
  return {
    disks: written.map((inserted) => inserted["node-name"]),
    parts: [
      ...devices.flatMap(({ name, type }) => (type.startsWith("child<") ? [name] : [])),
      ...processors.flatMap(({ "qom-path": path, props }) =>
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
  readonly inserted?: { readonly "node-name": string; readonly drv: string; readonly ro: boolean };
}
interface Property {
  readonly name: string;
  readonly type: string;
}
interface Processor {
  readonly "qom-path"?: string;
  readonly props: { readonly "socket-id"?: number; readonly "core-id"?: number };
}
interface MemorySize {
  readonly "base-memory": number;
  readonly "plugged-memory"?: number;
}
