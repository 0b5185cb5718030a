import type { DiskLimits } from "../../../features/disk.ts";
import type { DiskOrder } from "../../qemu/disks/disk-order.ts";

export interface WayLimits {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export const DISK_TIMEOUT_MS = 60_000;

/** How disks come into a running domain, so that they are there again when it was off, and how they go. */
export interface DiskWay {
  attach(order: DiskOrder, path: string, options: WayLimits): Promise<void>;
  /** Resolves when the guest has let the disk go. */
  detach(order: DiskOrder, options: WayLimits): Promise<void>;
  /** Whether QEMU's content of a disk goes with the disk. */
  readonly takesContent: boolean;
  resize(order: DiskOrder, sizeBytes: number, options: WayLimits): Promise<void>;
  /** Keeps limits for when the machine is switched on again; QEMU has been told those of now, or will be. */
  limit(order: DiskOrder, limits: DiskLimits, options: WayLimits): Promise<void>;
}
