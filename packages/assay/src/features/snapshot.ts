import { type Feature, featureKey } from "./feature.ts";

export interface SnapshotOptions {
  readonly signal?: AbortSignal;
  /** Default 300 000 ms. */
  readonly timeoutMs?: number;
}

/** A state that a machine can be taken back to. Plain data, so that it can be recorded. */
export interface SnapshotFacts {
  readonly name: string;
  /** What its memory and devices take on the host, in bytes; the disks take more as the machine goes on writing. */
  readonly sizeBytes: number;
}

/**
 * States of a running machine that it can be taken back to: memory, processors, devices and all disks together. The guest
 * stands while one is taken or gone back to, for a second or some, and has the right time again afterwards. Snapshots go
 * with the machine. A name that is taken or of no snapshot, and a machine whose hardware is not that of the snapshot,
 * throw UsageError; what QEMU refuses throws PlatformError.
 */
export interface Snapshot extends Feature {
  readonly featureName: "Snapshot";
  /** Takes the state of now under a name of 1 to 64 letters, digits, `-`, `_` and `.`. */
  take(name: string, options?: SnapshotOptions): Promise<SnapshotFacts>;
  /**
   * Takes the machine back, also one that has crashed or is off. Commands that run end as lost, and the node's shell is
   * connected anew. What is known of the node from later than the snapshot has to be forgotten with `node.refresh()`.
   */
  revert(name: string, options?: SnapshotOptions): Promise<void>;
  /** Frees what a snapshot takes. */
  remove(name: string, options?: SnapshotOptions): Promise<void>;
  /** The oldest first. */
  snapshots(): Promise<readonly SnapshotFacts[]>;
}
export const Snapshot = featureKey<Snapshot>("Snapshot");
