import { type Feature, featureKey } from "./feature.ts";

export interface PressureOptions {
  readonly signal?: AbortSignal;
  /** Until the guest has given or taken the memory; default 60 000 ms. */
  readonly timeoutMs?: number;
}

/** What the guest's balloon driver says of its memory, in MiB; what it does not tell is left out. */
export interface GuestMemory {
  /** What the guest has of its memory, the balloon deducted. */
  readonly actualMb: number;
  readonly totalMb?: number;
  readonly freeMb?: number;
  /** What programs could get without swapping. */
  readonly availableMb?: number;
  readonly diskCachesMb?: number;
  /** Counts since the boot. */
  readonly majorFaults?: number;
  readonly minorFaults?: number;
}

/**
 * The host's way to take memory from a running guest and to give it back: a balloon in the guest. The guest takes memory
 * back on its own before it kills programs for want of it. A reboot gives everything back.
 */
export interface MemoryPressure extends Feature {
  readonly featureName: "MemoryPressure";
  /**
   * Leaves the guest so many MiB of its memory and resolves when it has no more. Throws UsageError for more than it has and
   * less than 64, and TimedOut when the guest has no balloon driver or cannot give as much; it goes on trying then.
   */
  shrink(memoryMb: number, options?: PressureOptions): Promise<void>;
  /** Gives all of it back and resolves when the guest has it. */
  release(options?: PressureOptions): Promise<void>;
  /** As the guest tells it from now on. Throws TimedOut when it does not. */
  memory(options?: PressureOptions): Promise<GuestMemory>;
}
export const MemoryPressure = featureKey<MemoryPressure>("MemoryPressure");
