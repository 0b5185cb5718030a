import { sh } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";

/**
 * Runs `body` with udev's events about `subsystem` as its input, from before it begins. The first line is `MONITOR PID`
 * of what has to be killed when enough was read; a line that begins with `UDEV` is an event, or the headline with which
 * udevadm says that it listens from now on (udevadm(8)). Exits as `body` does, with 3 and the reason in a guest without
 * udev. Nothing runs in the background: for that a fork would have to be logged in to, which takes seconds.
 */
export const withUdevEvents = (subsystem: "block" | "net" | "virtio", body: ShellText): ShellText => sh`
command -v udevadm > /dev/null || { echo 'The guest has no udevadm.' >&2; exit 3; }
{ read -r pid rest < /proc/self/stat; echo "MONITOR $pid"; exec udevadm monitor --udev --subsystem-match=${subsystem}; } 2>&1 | {
${body}
}`;
