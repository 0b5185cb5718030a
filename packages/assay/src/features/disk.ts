import { type Feature, featureKey } from "./feature.ts";

/** How a data disk is connected. SCSI disks are numbered by LUN; the others each take a port of the machine. */
export type DiskBus = "scsi" | "virtio-blk" | "nvme" | "usb";

/** What a disk may do at most; absent or 0 means no limit. */
export interface DiskLimits {
  /** Reads and writes a second. */
  readonly iops?: number;
  /** Reading and writing together, in bytes a second. */
  readonly bytesPerSecond?: number;
}

/** A data disk to be added. */
export interface WantedDisk extends DiskLimits {
  /** Default `scsi`. */
  readonly bus?: DiskBus;
  /** A multiple of 512; default 20 GiB. The disk takes room on the host only as it is written. */
  readonly sizeBytes?: number;
  /** At most 20 letters, digits, `-` and `_`; default the disk's id. No two disks of a machine have the same. */
  readonly serial?: string;
  readonly isReadOnly?: boolean;
  /** SCSI alone: 0 to 63; default the lowest that is free. */
  readonly lun?: number;
  /** SCSI alone: what the disk tells the guest of itself; default `rotating`. */
  readonly medium?: "rotating" | "solid-state";
}

/** A data disk of a machine as its guest sees it. */
export interface DataDisk {
  /** Unique on the machine, such as `data1`; names the disk for this feature and for FaultInjection. */
  readonly id: string;
  readonly bus: DiskBus;
  readonly sizeBytes: number;
  readonly serial: string;
  readonly isReadOnly: boolean;
  /** For SCSI disks. */
  readonly lun?: number;
  /** In the guest, such as `/dev/sdb`; another boot may give another. */
  readonly path: string;
}

/** The disk a guest was booted from. */
export interface OsDisk {
  /** Such as `/dev/vda`. */
  readonly path: string;
  /** `nvme`, `scsi` or `virtio-blk`, as the guest's name for it tells. */
  readonly controller: "nvme" | "scsi" | "virtio-blk";
  /** Partition of the boot loader or the kernels: what is mounted at `/boot` or `/efi` or below; undefined without one. */
  readonly bootPartition?: string;
}

export interface DiskOptions {
  readonly signal?: AbortSignal;
  /** Until the guest sees the change; default 60 000 ms. */
  readonly timeoutMs?: number;
}

/**
 * The disks of a machine. Everything that changes them resolves when the guest has seen the change, of which its udev
 * tells. Data disks outlive a reboot of the guest, keep what is on them, and go with the machine. An id of no disk and
 * what no disk can be throw UsageError, a guest that does not see the change TimedOut, a full machine PlatformError.
 */
export interface Disk extends Feature {
  readonly featureName: "Disk";
  /** Data disks that the machine can have at the same time. */
  readonly mostDataDisks: number;
  /** Adds disks at the same time and gives them in the order of `wanted`. */
  addDataDisks(wanted: readonly WantedDisk[], options?: DiskOptions): Promise<readonly DataDisk[]>;
  /** Removes disks at the same time, with what is on them. */
  removeDataDisks(ids: readonly string[], options?: DiskOptions): Promise<void>;
  /** The data disks, in the order they came: those the runbook or the case requires first. */
  dataDisks(options?: DiskOptions): Promise<readonly DataDisk[]>;
  /** Makes a disk larger while it is in use, to a multiple of 512 bytes. NVMe disks cannot be resized. */
  resizeDataDisk(id: string, sizeBytes: number, options?: DiskOptions): Promise<DataDisk>;
  /** Limits what a data disk does, in place of earlier limits. */
  limitDataDisk(id: string, limits: DiskLimits, options?: DiskOptions): Promise<void>;
  osDisk(options?: DiskOptions): Promise<OsDisk>;
}
export const Disk = featureKey<Disk>("Disk");
