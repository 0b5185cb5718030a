import type { DiskFaults } from "./disk-faults.ts";
import { type Feature, featureKey } from "./feature.ts";
import type { ClockFaults, MemoryFaults, ProcessorFaults } from "./machine-faults.ts";
import type { NetworkFaults } from "./network-faults.ts";

/** A fault that is in force. Plain data, so that it can be recorded; its end is asked for by {@link FaultInjection.revert}. */
export interface Fault {
  /** Unique on its machine, in the order of injection, such as `fault-1`. */
  readonly id: string;
  /** The method that made it, such as `failDisk`. */
  readonly kind: string;
  /** What it befalls, such as the name of a disk, of an interface or of a processor. */
  readonly target: string;
}

/**
 * Makes hardware fail on purpose. Faults befall one machine from outside it, hold through its reboots, and end when they
 * are reverted or with the machine. The nodes of other environments never notice.
 */
export interface FaultInjection extends Feature, DiskFaults, NetworkFaults, ProcessorFaults, ClockFaults, MemoryFaults {
  readonly featureName: "FaultInjection";
  /** The faults in force, the oldest first. */
  faults(): Promise<readonly Fault[]>;
  /** Ends one fault. One that has ended already is no error. */
  revert(fault: Fault): Promise<void>;
  /** Ends all of them, the youngest first. Throws the first failure after all were tried. */
  revertAll(): Promise<void>;
}
export const FaultInjection = featureKey<FaultInjection>("FaultInjection");
