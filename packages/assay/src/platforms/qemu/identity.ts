import { randomBytes } from "node:crypto";
import { PlatformError } from "../../errors/catalogue.ts";
import { sh } from "../../node/shell/command.ts";
import type { Shell, ShellText } from "../../node/shell/types.ts";

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

/** Clocks may be this far apart; the contract is one second. */
const MAX_CLOCK_ERROR_MS = 500;
const MAX_ROUNDS = 4;
/** RNDADDENTROPY credits what it is given; RNDRESEEDCRNG makes the generator start anew from it (random(4)). */
const RESEED = String.raw`use strict; my $s = pack("H*", $ARGV[0]); open(my $r, "+<", "/dev/urandom") or exit 1;
ioctl($r, 0x40085203, pack("i i", 8 * length $s, length $s) . $s) or exit 1; ioctl($r, 0x5207, 0) or exit 1;`;

export function makeMachineId(): string {
  return randomBytes(16).toString("hex");
}

/**
 * Gives a fork its time, entropy, host name, machine id and SSH key in one round trip; a second one follows only when
 * the clock came out more than half a second wrong on a slow guest. Throws PlatformError.
 */
export async function assumeIdentity(shell: Shell, identity: Identity, signal: AbortSignal): Promise<void> {
  let script = identityScript(identity);
  for (let round = 1; ; round++) {
    const sentAt = Date.now();
    const done = await shell.run(sh`set -e; date -u -s ${`@${(sentAt / 1000).toFixed(3)}`} >/dev/null; ${script}date +%s.%N`, {
      sudo: true,
      signal,
      timeoutMs: 120_000,
    });
    signal.throwIfAborted();
    const guestTimeMs = Number(done.stdout.trim().split("\n").at(-1)) * 1000;
    if (done.exitCode !== 0 || Number.isNaN(guestTimeMs)) {
      throw new PlatformError(`A fork did not take its identity: ${done.stderr.trim() || done.outcome.kind}`, { isTransient: true });
    }
    const errorMs = Math.max(sentAt - guestTimeMs, Date.now() - guestTimeMs);
    if (Math.abs(errorMs) <= MAX_CLOCK_ERROR_MS) return;
    if (round === MAX_ROUNDS) {
      throw new PlatformError(`A fork's clock is ${Math.round(errorMs)} ms wrong after ${round} attempts to set it.`, { isTransient: true });
    }
    script = sh``;
  }
}

function identityScript(identity: Identity): ShellText {
  return sh`name=${identity.hostname} id=${identity.machineId} user=${identity.username}
old_key=${identity.oldPublicKey} new_key=${identity.newPublicKey}
seed=${randomBytes(64).toString("hex")} reseed=${RESEED}
${STEPS}`;
}

/**
 * Shell builtins where there are some: each process costs an emulated guest 20 to 40 ms. journald holds its files
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
