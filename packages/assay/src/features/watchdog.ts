import { type Feature, featureKey } from "./feature.ts";

/**
 * What befalls the machine when its watchdog runs out. `poweroff` pulls the plug, `shutdown` presses the power button,
 * `nmi` interrupts every processor, `none` only tells it.
 */
export type WatchdogAction = "reset" | "poweroff" | "shutdown" | "pause" | "nmi" | "none";

export interface WatchdogOptions {
  readonly signal?: AbortSignal;
  /** Default 120 000 ms. */
  readonly timeoutMs?: number;
}

/** How the guest got hold of its watchdog: by its kernel's driver, or past the kernel by the device's registers. */
export type WatchdogMeans = "driver" | "registers";

/** The watchdog of the machine (Intel 6300ESB): a timer that the guest has to reset before it runs out. */
export interface Watchdog extends Feature {
  readonly featureName: "Watchdog";
  /** From now on, also after reboots; `reset` until then. */
  setAction(action: WatchdogAction): Promise<void>;
  /**
   * Makes the guest start its watchdog with `seconds` (1 to 2046) to go and never reset it. Throws CommandFailed when the
   * guest has neither the driver `i6300esb` nor python3.
   */
  arm(seconds: number, options?: WatchdogOptions): Promise<WatchdogMeans>;
  /** Makes the guest stop its watchdog. A reboot does that as well. Throws CommandFailed as `arm` does. */
  disarm(options?: WatchdogOptions): Promise<void>;
  /** The first time that it ran out and nobody was told of; gives what has befallen the machine by then. Throws TimedOut. */
  expired(options?: WatchdogOptions): Promise<WatchdogAction>;
}
export const Watchdog = featureKey<Watchdog>("Watchdog");
