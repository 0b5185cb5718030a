import type { WantedDisk } from "../../../features/disk.ts";
import type { CountSpace, DiskSpace, FeatureSpace, NodeSpace } from "../../../runbook/requirement.ts";
import type { EnvironmentRequirement } from "../../platform.ts";
import { HOT_PLUG_PORTS } from "../machine/hot-plug.ts";
import { MOST_SCSI_DISKS } from "./disk-order.ts";

const GIB = 2 ** 30;
const DEFAULT_GIB = 20;
/** What QEMU's qcow2 files can hold and this platform makes. */
const MOST_GIB = 16_384;

/** The data disks each machine is to have when the case begins, in the order of the nodes. */
export function wantedDisks({ nodes = [] }: EnvironmentRequirement): readonly (readonly WantedDisk[])[] {
  return nodes.map(({ disk, features }) => {
    const nvmeDisks = nvmeCount(features);
    const count = pick(disk?.dataDiskCount, 0, mostDisks(disk)) ?? 0;
    return [
      ...Array.from({ length: count }, () => dataDisk(disk ?? {})),
      ...Array.from({ length: nvmeDisks }, (): WantedDisk => ({ bus: "nvme" })),
    ];
  });
}

/** Why a machine cannot have the data disks that are asked for; undefined when it can. */
export function diskRefusal({ nodes = [] }: EnvironmentRequirement): string | undefined {
  for (const { disk = {}, features } of nodes) {
    const most = mostDisks(disk);
    const { dataDiskCount: count, dataDiskSize: size, maxDataDiskCount: room } = disk;
    if (pick(count, 0, most) === undefined) {
      return `it needs ${inWords(count)} data disks; the QEMU platform gives a machine at most ${most} of that kind.`;
    }
    if (pick(size, 1, MOST_GIB) === undefined) {
      return `it needs data disks of ${inWords(size)} GiB; the QEMU platform makes disks of 1 to ${MOST_GIB} GiB.`;
    }
    if (room !== undefined && !room.some(({ minimum }) => minimum <= most)) {
      return `it needs a machine that can have ${inWords(room)} data disks; the QEMU platform gives at most ${most}.`;
    }
    const nvmeDisks = nvmeCount(features);
    if (nvmeDisks > HOT_PLUG_PORTS.length) {
      return `it needs ${nvmeDisks} NVMe disks; the QEMU platform gives a machine at most ${HOT_PLUG_PORTS.length}.`;
    }
  }
  return undefined;
}

/** NVMe disks each take a port of the machine; SCSI is what is preferred where both will do. */
const isNvme = ({ controller }: DiskSpace): boolean => controller !== undefined && !controller.includes("SCSI");
const mostDisks = (disk: DiskSpace = {}): number => (isNvme(disk) ? HOT_PLUG_PORTS.length : MOST_SCSI_DISKS);

function dataDisk(disk: DiskSpace): WantedDisk {
  const { dataDiskType: [type] = [], dataDiskSize, dataDiskIops, dataDiskThroughput } = disk;
  const iops = limitOf(dataDiskIops);
  const throughput = limitOf(dataDiskThroughput);
  const isSolid = type !== undefined && type !== "StandardHDDLRS";
  return {
    ...(isNvme(disk) ? { bus: "nvme" } : { bus: "scsi", medium: isSolid ? "solid-state" : "rotating" }),
    sizeBytes: (pick(dataDiskSize, 1, MOST_GIB, DEFAULT_GIB) ?? DEFAULT_GIB) * GIB,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { bytesPerSecond: throughput * 1_000_000 }),
  };
}

/** What a disk may do at most; where only a least is asked for, the host gives what it has. */
function limitOf(space: CountSpace | undefined): number | undefined {
  const largest = Math.max(0, ...(space ?? []).map(({ maximum }) => maximum));
  return Number.isFinite(largest) && largest > 0 ? largest : undefined;
}

/** Of the feature `Nvme`; the preferred number comes first. */
function nvmeCount(features: readonly FeatureSpace[] = []): number {
  const [count] = features.find(({ name }) => name === "Nvme")?.settings.disk_count ?? [];
  return typeof count === "number" ? count : 0;
}

/** The smallest number from `least` to `most` in `space`, or the largest where that is asked for; `usual` without one. */
function pick(space: CountSpace | undefined, least: number, most: number, usual = least): number | undefined {
  if (space === undefined) return usual;
  const possible = space
    .map(({ minimum, maximum }) => [Math.max(minimum, least), Math.min(maximum, most)] as const)
    .filter(([low, high]) => low <= high);
  if (possible.length === 0) return undefined;
  return space.some(({ choosesLargest }) => choosesLargest === true)
    ? Math.max(...possible.map(([, high]) => high))
    : Math.min(...possible.map(([low]) => low));
}

function inWords(space: NonNullable<NodeSpace["coreCount"]> = []): string {
  const ranges = space.map(({ minimum, maximum }) => {
    if (minimum === maximum) return `${minimum}`;
    return Number.isFinite(maximum) ? `${minimum} to ${maximum}` : `${minimum} or more`;
  });
  return ranges.join(", or ");
}
