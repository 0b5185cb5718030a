import { PlatformError } from "../../../errors/catalogue.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Completed, RunOptions, Shell, ShellText } from "../../../node/shell/types.ts";
import { clockScript, OWN_MEANS } from "../identity-script.ts";

/** A way to run shell text in the guest as root. */
export interface RootAccess {
  run(script: ShellText, options: RunOptions): Promise<Completed>;
  /** Shell functions that do what sh itself cannot; default {@link OWN_MEANS}. */
  readonly means?: ShellText;
}

/** An answer slower than this says too little about the moment it was given; the contract for the clock is one second. */
const MAX_ROUND_TRIP_MS = 600;
const MAX_CLOCK_ERROR_MS = 300;
const MAX_ROUNDS = 5;
const LIMIT_MS = 120_000;

/** Root by the login of a machine that is in use. */
export function rootOf(shell: Pick<Shell, "run">): RootAccess {
  return { run: (script, options) => shell.run(script, { ...options, sudo: true }) };
}

/**
 * Sets the guest's clock to the host's, and runs `andThen` once, which may use the functions of the means. The clock is
 * set against the guest's own uptime, whose relation to the host's clock one quick answer tells, so that a slow guest
 * gets the right time as well. Throws PlatformError.
 */
export async function setGuestClock(
  root: RootAccess,
  signal: AbortSignal | undefined,
  andThen: ShellText = sh``,
): Promise<void> {
  const limits = { timeoutMs: LIMIT_MS, ...(signal === undefined ? {} : { signal }) };
  const powerOnMs = await findPowerOn(root, limits);
  const setClock = sh`set -e
${root.means ?? OWN_MEANS}
${clockScript(powerOnMs)}`;
  let script = sh`${setClock}
${andThen}`;
  for (let round = 1; ; round++) {
    const done = await root.run(script, limits);
    signal?.throwIfAborted();
    const [, wall, uptime] = /^clock (\S+) (\S+)$/m.exec(done.stdout) ?? [];
    if (done.exitCode !== 0 || wall === undefined || uptime === undefined) {
      throw new PlatformError(`A guest did not take its time: ${done.stderr.trim() || done.outcome.kind}`, {
        isTransient: true,
      });
    }
    const errorMs = (Number(wall) - Number(uptime)) * 1000 - powerOnMs;
    if (Math.abs(errorMs) <= MAX_CLOCK_ERROR_MS) return;
    if (round === MAX_ROUNDS) {
      throw new PlatformError(`A guest's clock is ${Math.round(errorMs)} ms wrong after ${round} attempts to set it.`, {
        isTransient: true,
      });
    }
    script = setClock;
  }
}

/** Host time in ms at which the guest's uptime would be zero, from the quickest of few answers. */
async function findPowerOn(root: RootAccess, limits: Pick<RunOptions, "signal" | "timeoutMs">): Promise<number> {
  let best: { readonly roundTripMs: number; readonly powerOnMs: number } | undefined;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const sentAt = Date.now();
    const done = await root.run(sh`read -r up idle < /proc/uptime; echo $up`, limits);
    const receivedAt = Date.now();
    limits.signal?.throwIfAborted();
    const uptimeMs = Number.parseFloat(done.stdout) * 1000;
    if (Number.isNaN(uptimeMs)) {
      throw new PlatformError(`A guest does not tell its uptime: ${done.stderr.trim() || done.outcome.kind}`, {
        isTransient: true,
      });
    }
    const roundTripMs = receivedAt - sentAt;
    const powerOnMs = (sentAt + receivedAt) / 2 - uptimeMs;
    if (best === undefined || roundTripMs < best.roundTripMs) best = { roundTripMs, powerOnMs };
    // Over SSH the first answer waits for a channel and is often slow.
    if (best.roundTripMs <= MAX_ROUND_TRIP_MS) break;
  }
  return best?.powerOnMs ?? Date.now();
}
