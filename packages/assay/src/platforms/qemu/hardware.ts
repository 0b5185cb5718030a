/** How the system's disk is attached. */
export type DiskBus = "virtio-blk" | "virtio-scsi" | "sata" | "nvme" | "ide" | "usb";

/** What the machine's network cards are. */
export type NicModel = "virtio" | "e1000e" | "igb" | "vmxnet3";

/** How the processors of a machine sit together; their number is the product. */
export interface Topology {
  readonly sockets: number;
  /** In each socket. */
  readonly cores: number;
  /** In each core. */
  readonly threads: number;
}

/** One NUMA node; its processors are the next ones in the order of their numbers. */
export interface NumaNode {
  /** None for a node that is memory alone. */
  readonly cores: number;
  readonly memoryMb: number;
}

/** A folder of the host that the guest can mount. */
export interface Share {
  readonly path: string;
  /** What the guest mounts: `mount -t 9p -o trans=virtio TAG FOLDER`, `mount -t virtiofs TAG FOLDER`. */
  readonly tag: string;
  readonly isReadOnly: boolean;
  /** Absent: 9p, which QEMU serves itself. */
  readonly driver?: "virtiofs";
}

/**
 * What makes a machine another one than the usual. A key is there only where it does, so that the usual machine's
 * template stays the same; a machine with any of them has a template of its own.
 */
export interface Hardware {
  /** QEMU's name, such as `pc` or `pc-q35-6.2`; absent: q35. */
  readonly machineType?: string;
  /** Absent: one socket, and processors without threads. */
  readonly topology?: Topology;
  readonly numa?: readonly NumaNode[];
  /** The guest's memory is in the host's huge pages. */
  readonly hasHugepages?: true;
  /** Model of the processors in QEMU's words, features included: `Nehalem`, `EPYC,-svm`. */
  readonly cpu?: string;
  /** Absent: virtio-blk. */
  readonly diskBus?: Exclude<DiskBus, "virtio-blk">;
  /** Absent: virtio. */
  readonly nicModel?: Exclude<NicModel, "virtio">;
  /** Path of the image of a disc in a drive. */
  readonly cdrom?: string;
  /** Sockets between host and guest (AF_VSOCK). */
  readonly hasVsock?: true;
  readonly share?: Share;
  /** Put behind all other arguments of QEMU as they are. */
  readonly extraArguments?: readonly string[];
}

/** Boards that are told apart: with PCI Express, of 1996, without firmware of its own, and that of arm64. */
type Board = "q35" | "pc" | "microvm" | "virt";

/** Which board QEMU's machine type is; undefined for one that machines are not made of. */
export function boardOf(machineType = "q35"): Board | undefined {
  if (/^(pc-)?q35(-\d+(\.\d+)+)?$/.test(machineType)) return "q35";
  if (/^pc(-i440fx-\d+(\.\d+)+)?$/.test(machineType)) return "pc";
  if (/^virt(-\d+(\.\d+)+)?$/.test(machineType)) return "virt";
  return machineType === "microvm" ? "microvm" : undefined;
}

/** How many processors, where the hardware says it. */
export function coresOf({ numa, topology }: Hardware): number | undefined {
  if (topology !== undefined) return topology.sockets * topology.cores * topology.threads;
  return numa?.reduce((sum, { cores }) => sum + cores, 0);
}

/** How much memory in MiB, where the hardware says it. */
export const memoryOf = ({ numa }: Hardware): number | undefined =>
  numa?.reduce((sum, { memoryMb }) => sum + memoryMb, 0);

/** Why no fork of such a machine can be made, as far as it is known without asking QEMU. */
export function whyNoFork({ hasHugepages, hasVsock }: Hardware): string | undefined {
  if (hasHugepages === true) return "memory in huge pages is in no file that forks could share";
  if (hasVsock === true) return "two machines cannot have one vsock address";
  return undefined;
}
