import { type Feature, featureKey } from "./feature.ts";

/** What of a machine can be more or less. */
export interface MachineSize {
  readonly cores: number;
  /** MiB, as the hardware has it; the guest's kernel keeps a part for itself. */
  readonly memoryMb: number;
}

/** To what a machine can be resized from its size of now. */
export interface ResizeLimits {
  readonly least: MachineSize;
  readonly most: MachineSize;
  /** Memory comes and goes in multiples of so many MiB. */
  readonly memoryStepMb: number;
  /** Why there cannot be fewer processors, where there cannot. */
  readonly keepsCores?: string;
}

export interface ResizeOptions {
  /** `hot`: while the guest runs (the default). `cold`: the guest is shut down first and started in its new size. */
  readonly mode?: "hot" | "cold";
  readonly signal?: AbortSignal;
  /** For each step the guest has to take; default 300 000 ms, of a cold resize 900 000 ms. */
  readonly timeoutMs?: number;
}

/** What a resize has done; `after` is the machine's new capability. */
export interface Resized {
  readonly before: MachineSize;
  readonly after: MachineSize;
}

/**
 * Gives a machine more or fewer processors and more or less memory. The guest is told, and what is new is put into use
 * in it. The hardware keeps its size through reboots; memory that was added may have to be put into use again by the
 * guest's own rules after one. A size out of the limits throws UsageError, a guest that does not go along TimedOut or
 * PlatformError.
 */
export interface Resize extends Feature {
  readonly featureName: "Resize";
  size(): Promise<MachineSize>;
  limits(): Promise<ResizeLimits>;
  /**
   * To the given size; what is left out stays. `IncreaseCpuCount` and `DecreaseCpuCount` mean one processor more or fewer.
   * Resolves when the guest uses its new size; after a cold one its shell is connected anew.
   */
  resize(to: Partial<MachineSize> | "IncreaseCpuCount" | "DecreaseCpuCount", options?: ResizeOptions): Promise<Resized>;
}
export const Resize = featureKey<Resize>("Resize");
