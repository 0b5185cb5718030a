import { sh } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";

/**
 * What tells most stands first, because a guest that hangs half-way leaves what it has said so far. No program may take
 * longer than 6 s, where there is timeout(1). What a guest does not have is left out. Of core dumps the list and the stack
 * are taken, not the memory, in which no secret can be masked.
 */
const sections = sh`
t() { if command -v timeout >/dev/null; then timeout 6 "$@"; else "$@"; fi; }
has() { command -v "$1" >/dev/null; }
s system; date -u; uname -a; t uptime; for f in /etc/os-release /usr/lib/os-release; do [ -r "$f" ] && { cat "$f"; break; }; done
s dmesg; t dmesg
s journal
if has journalctl && [ -d /run/systemd/system ]; then t journalctl -b --no-pager -n 2000
else for f in /var/log/messages /var/log/syslog; do [ -r "$f" ] && tail -n 2000 "$f"; done; fi
if has systemctl && [ -d /run/systemd/system ]; then
  s failed-units; t systemctl --no-pager --plain --state=failed list-units; t systemctl --no-pager --state=failed status '*'
fi
s meminfo; cat /proc/meminfo
s loadavg; cat /proc/loadavg; cat /proc/pressure/* 2>/dev/null
s mounts; cat /proc/mounts
s cmdline; cat /proc/cmdline
s modules; cat /proc/modules
s blocked
for f in $(grep -ls '^State:[[:space:]]*D' /proc/[0-9]*/status); do d=$(dirname "$f"); cat "$f" "$d/wchan" "$d/stack" | head -n 80; echo; done
s processes; if has top; then t top -b -n 1 | head -n 300; else t ps; fi
if has ip; then s network; t ip addr; t ip route; t ip -6 route; t ip -s link; fi
s disks; t df -h; t df -i; if has lsblk; then t lsblk -f; fi; cat /proc/diskstats
s proc
for f in vmstat interrupts softirqs buddyinfo swaps net/sockstat net/softnet_stat sys/kernel/tainted sys/fs/file-nr; do [ -r "/proc/$f" ] && { echo "-- /proc/$f"; cat "/proc/$f"; }; done
s core-dumps; cat /proc/sys/kernel/core_pattern
if has coredumpctl; then t coredumpctl --no-pager list; t coredumpctl --no-pager info -1; fi
for d in /var/lib/systemd/coredump /var/crash /var/lib/apport/coredump; do [ -d "$d" ] && ls -la "$d"; done
s packages
if has dpkg-query; then t dpkg-query -W; elif has rpm; then t rpm -qa; elif has apk; then t apk info -v; elif has pacman; then t pacman -Q; fi
s end
exit 0`;

/**
 * One script for one round trip, as root where sudo works without a password. Each part of its output follows a line
 * `<marker> <name>`; the last of them is named `end`. `marker` must not occur in what a guest prints.
 */
export function diagnosticsScript(marker: string): ShellText {
  const script = sh`exec 2>&1 </dev/null
s() { echo; echo ${marker} "$1"; }
${sections}`.text;
  return sh`if [ "$(id -u)" = 0 ] || ! sudo -n true 2>/dev/null; then exec sh -c ${script}; else exec sudo -n sh -c ${script}; fi`;
}

export interface Sections {
  /** By name, in the order in which they came; empty ones are left out. */
  readonly texts: ReadonlyMap<string, string>;
  /** False when the output was cut off. */
  readonly isWhole: boolean;
}

/** Takes the output of {@link diagnosticsScript} apart, however much of it there is. */
export function parseSections(output: string, marker: string): Sections {
  const texts = new Map<string, string>();
  let isWhole = false;
  for (const part of output.split(new RegExp(`^${RegExp.escape(marker)} `, "m")).slice(1)) {
    const end = part.indexOf("\n");
    const name = (end === -1 ? part : part.slice(0, end)).trim();
    const text = end === -1 ? "" : part.slice(end + 1).trim();
    if (name === "end") isWhole = true;
    else if (text !== "" && /^[a-z-]+$/.test(name)) texts.set(name, `${text}\n`);
  }
  return { texts, isWhole };
}
