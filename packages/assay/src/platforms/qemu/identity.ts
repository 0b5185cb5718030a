import { randomBytes } from "node:crypto";
import { PlatformError } from "../../errors/catalogue.ts";
import { sh } from "../../node/shell/command.ts";
import type { Completed, RunOptions, ShellText } from "../../node/shell/types.ts";
import { clockScript, type Identity, identityScript, OWN_MEANS } from "./identity-script.ts";

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

export function makeMachineId(): string {
  return randomBytes(16).toString("hex");
}

/**
 * Gives a fork its time, entropy, host name, machine id and SSH key. The clock is set against the guest's own uptime,
 * whose relation to the host's clock one quick answer tells, so that a slow guest gets the right time as well.
 * Throws PlatformError.
 */
export async function assumeIdentity(root: RootAccess, identity: Identity, signal: AbortSignal): Promise<void> {
  const powerOnMs = await findPowerOn(root, signal);
  const setClock = sh`set -e
${root.means ?? OWN_MEANS}
${clockScript(powerOnMs)}`;
  let script = sh`${setClock}
${identityScript(identity)}`;
  for (let round = 1; ; round++) {
    const done = await root.run(script, { signal, timeoutMs: LIMIT_MS });
    signal.throwIfAborted();
    const [, wall, uptime] = /^clock (\S+) (\S+)$/m.exec(done.stdout) ?? [];
    if (done.exitCode !== 0 || wall === undefined || uptime === undefined) {
      throw new PlatformError(`A fork did not take its identity: ${done.stderr.trim() || done.outcome.kind}`, {
        isTransient: true,
      });
    }
    const errorMs = (Number(wall) - Number(uptime)) * 1000 - powerOnMs;
    if (Math.abs(errorMs) <= MAX_CLOCK_ERROR_MS) return;
    if (round === MAX_ROUNDS) {
      throw new PlatformError(`A fork's clock is ${Math.round(errorMs)} ms wrong after ${round} attempts to set it.`, {
        isTransient: true,
      });
    }
    script = setClock;
  }
}

/** Host time in ms at which the guest's uptime would be zero, from the quickest of few answers. */
async function findPowerOn(root: RootAccess, signal: AbortSignal): Promise<number> {
  let best: { readonly roundTripMs: number; readonly powerOnMs: number } | undefined;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const sentAt = Date.now();
    const done = await root.run(sh`read -r up idle < /proc/uptime; echo $up`, { signal, timeoutMs: LIMIT_MS });
    const receivedAt = Date.now();
    signal.throwIfAborted();
    const uptimeMs = Number.parseFloat(done.stdout) * 1000;
    if (Number.isNaN(uptimeMs)) {
      throw new PlatformError(`A fork does not tell its uptime: ${done.stderr.trim() || done.outcome.kind}`, {
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
