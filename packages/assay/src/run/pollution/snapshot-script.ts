import { sh } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";

/** Where cases leave files that they only meant to use; what was there before and changed is the system's own doing. */
const SCRATCH = ["/tmp", "/var/tmp", "/dev/shm", "/root", "/home", "/mnt", "/media", "/opt", "/srv"];
/** Where a file changes how the system behaves, so that a change counts as well. */
const SETTINGS = [
  "/etc",
  "/etc/apt/sources.list.d",
  "/etc/cron.d",
  "/etc/modprobe.d",
  "/etc/modules-load.d",
  "/etc/profile.d",
  "/etc/ssh",
  "/etc/sudoers.d",
  "/etc/sysctl.d",
  "/etc/systemd/system",
  "/etc/udev/rules.d",
  "/etc/yum.repos.d",
  "/boot",
  "/usr/local/bin",
  "/var/crash",
  "/var/lib/systemd/coredump",
];

/** True when a change of the file itself counts, not only that it came. */
export const isSetting = (path: string): boolean => SETTINGS.includes(path.slice(0, path.lastIndexOf("/")));

/** Lines of the kernel's log that tell of trouble; they go into grep -E. */
const TROUBLE =
  "Call Trace|soft lockup|hard lockup|BUG:|Oops|rcu_.*stall|blocked for more than|unable to handle|Kernel panic|I/O error";

/**
 * What a node has that a case may leave behind, in one round trip. Builtins read what is short,
 * because a new process costs as much as a round trip on an emulated guest. Every answer is a section after a
 * line `== name`; proc(5) describes the files of /proc. What a guest does not have stays an empty section.
 */
export const snapshotScript: ShellText = sh`exec 2>/dev/null
say() { while IFS= read -r line; do printf '%s\n' "$line"; done <"$1"; }
echo '== self'; echo $$
echo '== boot-id'; say /proc/sys/kernel/random/boot_id
echo '== units'; if [ -d /run/systemd/system ]; then systemctl list-units --state=failed --plain --no-legend --no-pager --full; fi
echo '== mounts'; say /proc/mounts
echo '== processes'; cat /proc/[0-9]*/stat
echo '== cgroups'; grep -H . /proc/[0-9]*/cgroup
echo '== users'; say /etc/passwd
echo '== groups'; say /etc/group
echo '== files'; find ${[...SCRATCH, ...SETTINGS]} -mindepth 1 -maxdepth 1 -exec stat -c '%F|%Y|%s|%n' {} + | head -n 50000
echo '== kernel'; dmesg | grep -E ${TROUBLE}
echo '== end'
exit 0`;
