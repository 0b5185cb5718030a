import { type Feature, featureKey } from "./feature.ts";

export interface StartStopOptions {
  readonly signal?: AbortSignal;
  /** Default 300 000 ms. */
  readonly timeoutMs?: number;
}

/**
 * `graceful`: the power button, so that the guest shuts down by itself. `hard`: the plug; what the guest has not written
 * to its disk is lost.
 */
export type PowerMode = "graceful" | "hard";

export interface StopOptions extends StartStopOptions {
  /** Default `graceful`. Means nothing for `hibernate`. */
  readonly mode?: PowerMode;
  /** What becomes of what runs: it ends (default), or it is kept on the disk until the next start. */
  readonly state?: "shutdown" | "hibernate";
  /** False comes back when the guest was asked, and not when it is off. Default true. */
  readonly wait?: boolean;
}

export interface RestartOptions extends StartStopOptions {
  /** Default `hard`, which resets the machine; `graceful` shuts the guest down and switches the machine on again. */
  readonly mode?: PowerMode;
}

/**
 * `paused`: the processors stand and the guest does not know. `suspended`: asleep, in memory. `panicked`: its kernel gave
 * up; only a machine that can tell says so, see the feature `Panic`.
 */
export type PowerStatus = "off" | "running" | "paused" | "suspended" | "panicked";

/** Power control by the platform. None of these waits for SSH; callers reconnect the node's shell. */
export interface StartStop extends Feature {
  readonly featureName: "StartStop";
  status(): Promise<PowerStatus>;
  /**
   * Switches the machine off and waits until it is; nothing is done to one that is off. Throws TimedOut when it never is,
   * and for `hibernate` what the feature `Hibernation` throws.
   */
  stop(options?: StopOptions): Promise<void>;
  /**
   * Makes the guest run: switches a machine on that is off or whose kernel panicked, lets a paused one go on, wakes a
   * suspended one. Nothing is done to one that runs.
   */
  start(options?: StartStopOptions): Promise<void>;
  /** Platform restart. Throws TimedOut when a guest that is asked to does not shut down. */
  restart(options?: RestartOptions): Promise<void>;
  /** Stops the processors where they are, until {@link start}. */
  pause(options?: StartStopOptions): Promise<void>;
  /** Raises a non-maskable interrupt on every processor, as the button on a server does. */
  sendNmi(options?: StartStopOptions): Promise<void>;
}
export const StartStop = featureKey<StartStop>("StartStop");
