import type { DATA_PATHS, DISK_CONTROLLERS, DiskType } from "../runbook/requirement.ts";
import type { Count } from "./count.ts";

/** One value or several of which any will do. */
type AnyOf<T> = T | readonly T[];

/** What a case needs of the disks of its node. */
export interface DiskNeed {
  readonly osDiskType?: AnyOf<DiskType>;
  /** GiB. */
  readonly osDiskSize?: Count;
  readonly dataDiskType?: AnyOf<DiskType>;
  readonly dataDiskCount?: Count;
  /** Operations a second. */
  readonly dataDiskIops?: Count;
  /** MB/s. */
  readonly dataDiskThroughput?: Count;
  /** GiB. */
  readonly dataDiskSize?: Count;
  /** Data disks that can be added. */
  readonly maxDataDiskCount?: Count;
  readonly controller?: AnyOf<(typeof DISK_CONTROLLERS)[number]>;
}

/** What a case needs of the network interfaces of its node. */
export interface NetworkNeed {
  readonly dataPath?: AnyOf<(typeof DATA_PATHS)[number]>;
  readonly nicCount?: Count;
  /** Interfaces that can be added. */
  readonly maxNicCount?: Count;
  /** Pairs of queues that an added interface can have. */
  readonly maxQueueCount?: Count;
}

/** A feature by its key, such as `SerialConsole`, or by its name with settings of which each must hold. */
export interface FeatureNeed {
  readonly name: string;
  /** By the runbook language's own keys, such as `security_profile`. */
  readonly settings?: Readonly<Record<string, AnyOf<string | number | boolean>>>;
}

/** What a case needs of a node. */
export interface NodeNeed {
  /** Processors. */
  readonly cores?: Count;
  readonly memoryMb?: Count;
  /** Graphics processors. */
  readonly gpus?: Count;
  readonly disk?: DiskNeed;
  readonly network?: NetworkNeed;
  readonly features?: readonly FeatureNeed[];
  /** Features the node must not have. */
  readonly excludedFeatures?: readonly FeatureNeed[];
}

/** What a case needs to be able to run. Every node it asks for must have all that is asked of a node here. */
export interface CaseRequirement extends NodeNeed {
  /** How many nodes; or what each of them needs, where its own value takes the place of the one that holds for all. */
  readonly nodes?: number | readonly [NodeNeed, ...NodeNeed[]];
  /** The case tests booting itself: give it a machine that was switched on, not a fork of a booted one. */
  readonly coldBoot?: boolean;
  /** The node must not be the machine assay runs on (the case reboots, stops or damages it). */
  readonly remote?: boolean;
}
