import type { VirtualClock } from "./virtual-clock.ts";

/** `setTimeout` of node:timers/promises on a virtual clock. Rejects as that does when `signal` aborts. */
export async function virtualPause(
  clock: VirtualClock,
  delayMs: number | undefined,
  value: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (await clock.until(clock.nowMs + Math.max(1, delayMs ?? 1), signal)) return value;
  throw new AbortedPause(signal);
}

/** `setInterval` of node:timers/promises on a virtual clock. */
export async function* virtualInterval(
  clock: VirtualClock,
  delayMs: number | undefined,
  value: unknown,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
  for (;;) yield await virtualPause(clock, delayMs, value, signal);
}

/** What Node's own pauses reject with. */
class AbortedPause extends Error {
  readonly code = "ABORT_ERR";

  constructor(signal: AbortSignal | undefined) {
    super("The operation was aborted", { cause: signal?.reason });
    this.name = "AbortError";
  }
}
