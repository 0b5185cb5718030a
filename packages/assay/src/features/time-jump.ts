import { type Feature, featureKey } from "./feature.ts";

export interface TimeOptions {
  readonly signal?: AbortSignal;
}

/**
 * What befalls a guest's time in the hands of its host. The guest's own time service is left as it is and may correct what
 * is done here. Throws UsageError for numbers out of range and PlatformError when the guest does not take its time.
 */
export interface TimeJump extends Feature {
  readonly featureName: "TimeJump";
  /** Moves the guest's clock and its hardware clock forwards, or with a negative number backwards, by so many ms; at most ten years. */
  jump(byMs: number, options?: TimeOptions): Promise<void>;
  /**
   * Lets the whole machine stand for so many ms, 1 to 600 000, as a host does that moves it elsewhere. The guest's clock
   * stands as well and is late afterwards; its hardware clock is not.
   */
  pause(forMs: number, options?: TimeOptions): Promise<void>;
  /** How far the guest's clock is ahead of the host's, in ms; negative when it is late. As exact as a command is quick. */
  offsetMs(options?: TimeOptions): Promise<number>;
  /** Sets the guest's clock and its hardware clock to the time of the host. */
  correct(options?: TimeOptions): Promise<void>;
}
export const TimeJump = featureKey<TimeJump>("TimeJump");
