import { sh, toShellText } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";

/** How long an OpenVMM that ends at once may take to do so. */
const EARLY_EXIT_S = 2;

/**
 * Starts OpenVMM as root in a session and terminal of its own, without an end of its input, which it would take for a
 * wish to stop. Its process id is in the file `pid` of the folder, its words are in `openvmm.log`. Exits 1 with those
 * words when it ends at once.
 */
export function startScript(folder: string, command: readonly [string, ...string[]]): ShellText {
  const inside = `echo $$ >pid; echo started >started; exec ${toShellText(command)}`;
  return sh`cd ${folder} || exit 1
rights=; [ "$(id -u)" = 0 ] || rights='sudo -n'
mkfifo input started
{ printf '%s kill -KILL "$(cat %s/pid)"\n' "$rights" "$PWD"; cat undo 2>/dev/null; } >undo.new && mv undo.new undo
$rights setsid script -qefc ${inside} /dev/null <>input >openvmm.log 2>&1 &
timeout 30 cat started >/dev/null || { cat openvmm.log >&2; exit 1; }
timeout ${EARLY_EXIT_S} tail --pid="$(cat pid)" -f /dev/null
[ $? = 124 ] || { cat openvmm.log >&2; exit 1; }`;
}

/** Prints a free port of the node's loopback. */
export const freePortScript = sh`taken=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '{ print $2 }' | sed -n 's/.*:\([0-9A-F]\{4\}\)$/\1/p')
port=$((20000 + $$ % 10000))
while printf '%s\n' "$taken" | grep -qx "$(printf %04X "$port")"; do port=$((port + 1)); done
echo "$port"`;
