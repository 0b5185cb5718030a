import type { Fault } from "./fault-injection.ts";

/** How long a fault lasts. It ends on its own then, also when nobody reverts it. */
export interface FaultTime {
  /** Whole ms, 1 to 3 600 000. */
  readonly forMs: number;
}

/** Faults of the processors and of the machine as a whole. Target `machine`; numbers out of range throw UsageError. */
export interface ProcessorFaults {
  /**
   * Takes all processors away so many hundredths of the time, 1 to 95, in bursts of a tenth of a second, while time goes
   * on: what a guest on a crowded host feels.
   */
  stealProcessors(steal: FaultTime & { readonly percent: number }): Promise<Fault>;
  /** Lets the machine stand, its time with it. Nothing answers until the end. */
  stallMachine(stall: FaultTime): Promise<Fault>;
}

/** Faults of the guest's clock. Target `clock`. They are made in the guest and end with a reboot of it as well. */
export interface ClockFaults {
  /**
   * Lets the guest's clock run fast, or slow with a negative number, by so many millionths: a multiple of 100 from -100 000
   * to 100 000. What it gained or lost stays when the fault ends. Needs Perl in the guest; PlatformError without it.
   */
  skewClock(skew: FaultTime & { readonly partsPerMillion: number }): Promise<Fault>;
}

/** Faults of the guest's memory. Target `memory`. They are made in the guest and end with a reboot of it as well. */
export interface MemoryFaults {
  /**
   * A program in the guest takes all memory but so many MiB, from 16, and holds it where it cannot be swapped. The kernel
   * kills that program before others when they want more. Needs Perl in the guest; PlatformError without it.
   */
  pressMemory(pressure: FaultTime & { readonly leaveMb: number }): Promise<Fault>;
}
