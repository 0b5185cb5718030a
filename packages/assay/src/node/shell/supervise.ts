import { describeCommand } from "./command.ts";
import type { Ending, Process } from "./process.ts";
import type { Command, Outcome } from "./types.ts";

export interface Supervision {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How long output may still come after the killed group is gone. */
const drainMs = 2_000;

/**
 * Waits for the end of a process. At the deadline or on abort the whole process group is killed and the outcome says
 * so; it does not wait for output that a survivor outside of the group keeps open.
 */
export async function supervise(process: Pick<Process, "ended" | "signal">, limits: Supervision): Promise<Outcome> {
  const interruption = interruptionOf(limits);
  try {
    const first = await Promise.race([process.ended, interruption.happened]);
    if (first.kind !== "aborted" && first.kind !== "timed-out") return first;
    await process.signal("KILL");
    await endedWithin(process.ended, drainMs);
    return first;
  } finally {
    interruption.dispose();
  }
}

/** Resolves with the ending, or undefined when it does not come in time. */
export async function endedWithin(ended: Promise<Ending>, limitMs: number): Promise<Ending | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, limitMs, undefined);
  try {
    return await Promise.race([ended, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise for the first of deadline and abort, with the way to stop waiting for it. */
function interruptionOf({ timeoutMs, signal }: Supervision): {
  readonly happened: Promise<Extract<Outcome, { kind: "aborted" | "timed-out" }>>;
  readonly dispose: () => void;
} {
  const { promise, resolve } = Promise.withResolvers<Extract<Outcome, { kind: "aborted" | "timed-out" }>>();
  const timer = setTimeout(() => resolve({ kind: "timed-out", afterMs: timeoutMs }), timeoutMs);
  const onAbort = () => resolve({ kind: "aborted" });
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  return {
    happened: promise,
    dispose: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

/** Name of the command for messages, cut to a length that fits a line. */
export function shortName(command: Command, secrets: readonly string[] = []): string {
  const text = describeCommand(command, secrets);
  return text.length <= 200 ? text : `${text.slice(0, 197)}...`;
}
