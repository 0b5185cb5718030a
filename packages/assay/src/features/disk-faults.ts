import type { Fault } from "./fault-injection.ts";

/** What a guest asks of a disk. Discards and writes of zeros count as writes. */
export type DiskOperation = "read" | "write" | "flush";

/**
 * Which operations of a disk fail with an input/output error. Without more than `on`: all of them. Linux tries failed
 * operations of SCSI and NVMe disks again before it tells of them, and those of virtio disks not.
 */
export interface DiskErrors {
  /** Default: all of them. */
  readonly on?: readonly DiskOperation[];
  /** So many of a hundred operations, evenly spread: 25 is every fourth. 1 to 100; default 100. */
  readonly ratePercent?: number;
  /** So many operations of each kind in `on` fail, and then no more; 1 to 1000. Cannot be had together with a rate. */
  readonly count?: number;
  /** Only operations that touch this sector of 512 bytes; reads and writes alone. */
  readonly sector?: number;
}

/** How slow a disk becomes. At least one of the two. */
export interface DiskSlowness {
  /** Operations that come one after another take at least so long each, in ms; 1 to 1000. */
  readonly latencyMs?: number;
  /** Reading and writing together, in bytes a second; from 1. */
  readonly bytesPerSecond?: number;
}

/**
 * Faults of one disk. `disk` is the `id` of a data disk, or `os` for the one the machine boots from. A disk has one fault
 * of each kind at a time; a name of no disk, a second fault of a kind, and numbers out of range throw UsageError.
 */
export interface DiskFaults {
  /** Operations fail with an input/output error; what is on the disk stays as it is. */
  failDisk(disk: string, errors?: DiskErrors): Promise<Fault>;
  /** Operations are slow. */
  slowDisk(disk: string, slowness: DiskSlowness): Promise<Fault>;
  /** Reads and writes stand until the fault is reverted, and go on then. The first one or two may still pass. */
  stallDisk(disk: string): Promise<Fault>;
  /**
   * Writes are acknowledged, flushes too, and can be read; when the fault is reverted they are gone, as from a disk whose
   * cache lies. Unmount or power off the guest before, or its own caches hide the loss.
   */
  loseWrites(disk: string): Promise<Fault>;
}
