import { type Feature, featureKey } from "./feature.ts";

export interface HibernationOptions {
  readonly signal?: AbortSignal;
  /** Default 600 000 ms: the guest writes its memory to the disk. */
  readonly timeoutMs?: number;
}

/** Sleep states of the guest. What ran goes on afterwards, with the same boot id. */
export interface Hibernation extends Feature {
  readonly featureName: "Hibernation";
  /**
   * Gives the guest what it needs to hibernate and to resume: a swap file as large as its memory, and the arguments of its
   * kernel in the boot loader's configuration. Does nothing the second time. Throws CommandFailed with the reason when the
   * guest cannot: no room, no support in the kernel, a boot loader that is not known.
   */
  prepare(options?: HibernationOptions): Promise<void>;
  /**
   * Suspend to disk; prepares what is missing. Resolves when the machine is off; `StartStop.start` resumes it and the
   * shell has to be reconnected. Throws TimedOut when it goes on running, and CommandFailed as `prepare` does.
   */
  hibernate(options?: HibernationOptions): Promise<void>;
  /** Suspend to memory. Resolves when the machine sleeps. Throws TimedOut when it does not. */
  suspend(options?: HibernationOptions): Promise<void>;
  /** Wakes a machine that sleeps. Its connections are those of before. */
  wake(options?: HibernationOptions): Promise<void>;
}
export const Hibernation = featureKey<Hibernation>("Hibernation");
