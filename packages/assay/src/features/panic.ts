import { type Feature, featureKey } from "./feature.ts";

/** What the guest's kernel told the machine at its end. */
export interface GuestPanic {
  /** `crash-loaded`: a kernel for the dump was loaded and takes over. */
  readonly kind: "panicked" | "crash-loaded";
  /** What the machine knows besides, such as the registers of a crashed guest; mostly nothing. */
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface PanicOptions {
  readonly signal?: AbortSignal;
  /** Default 120 000 ms. */
  readonly timeoutMs?: number;
}

/** The device through which a kernel that panics tells its machine (pvpanic). The guest needs its driver for it. */
export interface Panic extends Feature {
  readonly featureName: "Panic";
  /** Calls `onPanic` for every panic from now on, until the returned function is called. */
  follow(onPanic: (panic: GuestPanic) => void): () => void;
  /** The first panic that nobody was told of here. Throws TimedOut. */
  next(options?: PanicOptions): Promise<GuestPanic>;
  /**
   * Crashes the guest's kernel (SysRq `c`) and gives what it told. The case has to say `panicIsExpected`, or the panic
   * fails it. Throws TimedOut when the kernel tells nothing.
   */
  trigger(options?: PanicOptions): Promise<GuestPanic>;
}
export const Panic = featureKey<Panic>("Panic");
