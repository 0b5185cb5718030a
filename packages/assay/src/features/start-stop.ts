import { type Feature, featureKey } from "./feature.ts";

export interface StartStopOptions {
  readonly signal?: AbortSignal;
  /** Default 300 000 ms. */
  readonly timeoutMs?: number;
}

/** Power control by the platform. None of these waits for SSH; callers reconnect the node's shell. */
export interface StartStop extends Feature {
  readonly featureName: "StartStop";
  /** Asks the guest to shut down and waits until the machine is off; throws TimedOut when it never is. */
  stop(options?: StartStopOptions): Promise<void>;
  start(options?: StartStopOptions): Promise<void>;
  /** Platform restart: resets the machine. */
  restart(options?: StartStopOptions): Promise<void>;
}
export const StartStop = featureKey<StartStop>("StartStop");
