/** Whole numbers from `minimum` to `maximum`, both included; `maximum` may be Infinity. */
export interface CountRange {
  readonly minimum: number;
  readonly maximum: number;
  /** When one number has to be picked take the largest instead of the smallest. */
  readonly choosesLargest?: boolean;
}

/** Any of these ranges; never empty. A count nobody constrains is undefined. */
export type CountSpace = readonly CountRange[];

/** Any of these values, the preferred (cheapest) first; never empty. A deny set of the language is its complement here. */
export type SetSpace<T extends string | number | boolean> = readonly T[];

/** Most nodes of one environment. More are a slip of the keyboard, and each costs room from loading on. */
export const MOST_NODES = 100;

/** The smallest number of a space. */
export const smallestCount = (space: CountSpace): number => Math.min(...space.map(({ minimum }) => minimum));

/** Kinds of disks, the cheapest first. */
export const DISK_TYPES = [
  "StandardHDDLRS",
  "StandardSSDLRS",
  "Ephemeral",
  "PremiumSSDLRS",
  "PremiumV2SSDLRS",
  "UltraSSDLRS",
] as const;
export type DiskType = (typeof DISK_TYPES)[number];
export const DISK_CONTROLLERS = ["SCSI", "NVMe"] as const;
export const DATA_PATHS = ["Sriov", "Synthetic"] as const;
export const DISK_CACHING = ["None", "ReadOnly", "ReadWrite"] as const;

export interface DiskSpace {
  readonly osDiskType?: SetSpace<DiskType>;
  /** GiB. */
  readonly osDiskSize?: CountSpace;
  readonly dataDiskType?: SetSpace<DiskType>;
  readonly dataDiskCount?: CountSpace;
  readonly dataDiskCaching?: (typeof DISK_CACHING)[number];
  readonly dataDiskIops?: CountSpace;
  /** MB/s. */
  readonly dataDiskThroughput?: CountSpace;
  /** GiB. */
  readonly dataDiskSize?: CountSpace;
  readonly maxDataDiskCount?: CountSpace;
  readonly controller?: SetSpace<(typeof DISK_CONTROLLERS)[number]>;
}

export interface NetworkInterfaceSpace {
  readonly dataPath?: SetSpace<(typeof DATA_PATHS)[number]>;
  readonly nicCount?: CountSpace;
  readonly maxNicCount?: CountSpace;
  /** Pairs of queues that an interface can have. */
  readonly maxQueueCount?: CountSpace;
}

/** A feature with its settings by the language's own key; each setting is a set of values. */
export interface FeatureSpace {
  readonly name: string;
  readonly settings: Readonly<Record<string, SetSpace<string | number | boolean>>>;
}

/**
 * What one node must have (a requirement) or has (a capability). Absent means: no constraint in a requirement; for
 * `features` of a capability none.
 */
export interface NodeSpace {
  readonly nodeCount?: CountSpace;
  readonly coreCount?: CountSpace;
  readonly memoryMb?: CountSpace;
  readonly gpuCount?: CountSpace;
  readonly disk?: DiskSpace;
  readonly networkInterface?: NetworkInterfaceSpace;
  readonly features?: readonly FeatureSpace[];
  readonly excludedFeatures?: readonly FeatureSpace[];
  /** Sections that only the platform of that name understands. */
  readonly platformSections?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
