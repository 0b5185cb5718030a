import { randomBytes } from "node:crypto";
import { PlatformError } from "../../errors/catalogue.ts";
import { sh } from "../../node/shell/command.ts";
import type { Completed, RunOptions, ShellText } from "../../node/shell/types.ts";

/** What makes a fork a machine of its own. */
export interface Identity {
  readonly hostname: string;
  /** 32 hexadecimal digits (machine-id(5)). */
  readonly machineId: string;
  readonly username: string;
  /** The key that only the template knew, and the run's that takes its place. */
  readonly oldPublicKey: string;
  readonly newPublicKey: string;
}

/** Runs shell text in the guest as root. */
export type RunAsRoot = (script: ShellText, options: RunOptions) => Promise<Completed>;

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
export async function assumeIdentity(runAsRoot: RunAsRoot, identity: Identity, signal: AbortSignal): Promise<void> {
  const powerOnMs = await findPowerOn(runAsRoot, signal);
  const setClock = sh`base=${Math.round(powerOnMs / 10)}
${SET_CLOCK}`;
  let script = sh`set -e
${setClock}${identityScript(identity)}`;
  for (let round = 1; ; round++) {
    const done = await runAsRoot(script, { signal, timeoutMs: LIMIT_MS });
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
    script = sh`set -e
${setClock}`;
  }
}

/** Host time in ms at which the guest's uptime would be zero, from the quickest of few answers. */
async function findPowerOn(runAsRoot: RunAsRoot, signal: AbortSignal): Promise<number> {
  let best: { readonly roundTripMs: number; readonly powerOnMs: number } | undefined;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const sentAt = Date.now();
    const done = await runAsRoot(sh`read -r up idle < /proc/uptime; echo $up`, { signal, timeoutMs: LIMIT_MS });
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

/** Centiseconds, which is what /proc/uptime gives; only `date` itself runs between the reading and the setting. */
const SET_CLOCK: ShellText = {
  kind: "shell-text",
  text: `read -r up idle < /proc/uptime
now=$((base + \${up%.*}\${up#*.}))
set -- $((now / 100)) $((now % 100))
case $2 in ?) set -- $1 0$2 ;; esac
wall=$(date -u -s "@$1.$2" +%s.%N)
read -r up idle < /proc/uptime
echo "clock $wall $up"
`,
};

function identityScript(identity: Identity): ShellText {
  return sh`name=${identity.hostname} id=${identity.machineId} user=${identity.username}
old_key=${identity.oldPublicKey} new_key=${identity.newPublicKey}
seed=${randomBytes(64).toString("hex")} reseed=${RESEED}
${STEPS}`;
}

/** RNDADDENTROPY credits what it is given; RNDRESEEDCRNG makes the generator start anew from it (random(4)). */
const RESEED = `use strict; my $s = pack("H*", $ARGV[0]); open(my $r, "+<", "/dev/urandom") or exit 1;
ioctl($r, 0x40085203, pack("i i", 8 * length $s, length $s) . $s) or exit 1; ioctl($r, 0x5207, 0) or exit 1;`;

/**
 * Shell builtins where there are some: each process costs an emulated guest 20 to 100 ms. journald holds its files
 * open, so that its folder can take the new id; the link serves what it opens later under the old one.
 */
const STEPS: ShellText = {
  kind: "shell-text",
  text: `perl -e "$reseed" "$seed" 2>/dev/null || echo "$seed" > /dev/urandom
replace() {
  [ -f "$1" ] || return 0
  text=
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *"$2"*) line=\${line%%"$2"*}$3\${line#*"$2"} ;; esac
    text=$text$line'
'
  done < "$1"
  printf %s "$text" > "$1"
}
read -r old_name < /proc/sys/kernel/hostname
echo "$name" > /proc/sys/kernel/hostname
echo "$name" > /etc/hostname
replace /etc/hosts "$old_name" "$name"
eval "home=~$user"
replace "$home/.ssh/authorized_keys" "$old_key" "$new_key"
if [ -s /etc/machine-id ]; then
  read -r old_id < /etc/machine-id
  echo "$id" > /etc/machine-id
  for journal in /var/log/journal /run/log/journal; do
    if [ -d "$journal/$old_id" ]; then
      mv "$journal/$old_id" "$journal/$id"
      ln -s "$id" "$journal/$old_id"
    fi
  done
fi
`,
};
