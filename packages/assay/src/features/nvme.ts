import type { DiskOptions } from "./disk.ts";
import { type Feature, featureKey } from "./feature.ts";

/** An NVMe controller as the guest sees it. */
export interface NvmeController {
  /** Of its data disk, for the features Disk and FaultInjection; absent for one that the machine began with. */
  readonly id?: string;
  /** Such as `/dev/nvme0`. */
  readonly device: string;
  readonly serial: string;
  /** Such as `/dev/nvme0n1`, in the order of their numbers. */
  readonly namespaces: readonly string[];
}

/** A controller to be added, with one namespace. */
export interface WantedController {
  /** Of the namespace; a multiple of 512, default 20 GiB. */
  readonly sizeBytes?: number;
  /** At most 20 letters, digits, `-` and `_`; default the disk's id. */
  readonly serial?: string;
}

/** The NVMe controllers of a machine. Throws what the feature Disk throws. */
export interface Nvme extends Feature {
  readonly featureName: "Nvme";
  /** In the order of the guest's numbers. */
  controllers(options?: DiskOptions): Promise<readonly NvmeController[]>;
  /** Adds controllers at the same time and resolves when the guest has their namespaces, in the order of `wanted`. */
  addControllers(wanted: readonly WantedController[], options?: DiskOptions): Promise<readonly NvmeController[]>;
  /** Removes controllers that were added, by their ids, with what is on them. */
  removeControllers(ids: readonly string[], options?: DiskOptions): Promise<void>;
}
export const Nvme = featureKey<Nvme>("Nvme");
