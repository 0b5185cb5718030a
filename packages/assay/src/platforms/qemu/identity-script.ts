import { randomBytes } from "node:crypto";
import { sh } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";
import type { NetworkPlace } from "./network/network-plan.ts";
import { networkScript } from "./network/network-script.ts";

/** What makes a fork a machine of its own. */
export interface Identity {
  readonly hostname: string;
  /** 32 hexadecimal digits (machine-id(5)). */
  readonly machineId: string;
  readonly username: string;
  /** The key that only the template knew, and the run's that takes its place. */
  readonly oldPublicKey: string;
  readonly newPublicKey: string;
  /** Undefined for a machine without a private network. */
  readonly network: NetworkPlace | undefined;
}

/** Descriptors of root's agent to and from the helper; see {@link HELPER_PROGRAM}. */
export const HelperFd = { to: 7, from: 8 } as const;

/**
 * Perl that waits in the template for one line after the other: `clock CENTISECONDS_AT_POWER_ON`, `reseed HEX`,
 * `move FOLDER OLD NEW`, `sync`. It answers each with one line that begins with 1 when it was done. Processes that are already
 * there save a fork half a second and 60 MB of translated code. It is told what `uname -m` says, because system calls
 * have numbers of their own on each architecture; requests to the generator do not: RNDADDENTROPY (credits what it is given) and RNDRESEEDCRNG (it starts
 * anew, random(4)).
 */
export const HELPER_PROGRAM = `use strict; $| = 1;
my ($set_clock, $get_clock, $sync) = $ARGV[0] eq "aarch64" ? (112, 113, 81) : (227, 228, 162);
sub uptime { open(my $f, "<", "/proc/uptime") or return 0; my ($up) = split " ", <$f>; $up }
while (my $line = <STDIN>) {
  my ($what, @with) = split " ", $line;
  my ($done, @more) = (0);
  if ($what eq "clock") {
    my $now = $with[0] / 100 + uptime();
    $done = syscall($set_clock, 0, pack("q q", int($now), int(($now - int($now)) * 1e9))) == 0 ? 1 : 0;
    my $wall = pack("q q", 0, 0);
    syscall($get_clock, 0, $wall);
    my ($s, $ns) = unpack("q q", $wall);
    @more = (sprintf("%d.%09d", $s, $ns), uptime());
  } elsif ($what eq "reseed") {
    my $seed = pack("H*", $with[0]);
    if (open(my $random, "+<", "/dev/urandom")) {
      $done = ioctl($random, 0x40085203, pack("i i", 8 * length $seed, length $seed) . $seed) && ioctl($random, 0x5207, 0) ? 1 : 0;
    }
  } elsif ($what eq "move") {
    my ($folder, $old, $new) = @with;
    $done = rename("$folder/$old", "$folder/$new") && symlink($new, "$folder/$old") ? 1 : 0;
  } elsif ($what eq "sync") {
    syscall($sync);
    $done = 1;
  }
  print "$done @more\\n";
}`;

/** Shell functions on top of the helper that waits in the template. */
export const HELPER_MEANS: ShellText = {
  kind: "shell-text",
  text: `ask() { echo "$@" >&${HelperFd.to} && read -r done answer <&${HelperFd.from} && [ "$done" = 1 ]; }
set_clock() { ask clock "$1" && echo "clock $answer"; }
reseed() { ask reseed "$1"; }
move_journal() { ask move "$1" "$2" "$3"; }
write_out() { ask sync; }`,
};

/**
 * The same with processes of their own. Nothing comes between the reading of the uptime and the setting where there is
 * Perl; else \`date\` has to start, which takes a busy guest seconds.
 */
export const OWN_MEANS: ShellText = {
  kind: "shell-text",
  text: `set_clock() {
  perl -MPOSIX -e '
    sub uptime { open(my $f, "<", "/proc/uptime") or exit 1; (split " ", <$f>)[0] }
    my ($set, $get) = (uname())[4] eq "aarch64" ? (112, 113) : (227, 228);
    my $wall = pack("q q", 0, 0);
    my $now = $ARGV[0] / 100 + uptime();
    syscall($set, 0, pack("q q", int($now), int(($now - int($now)) * 1e9))) == 0 or exit 1;
    syscall($get, 0, $wall) == 0 or exit 1;
    my ($s, $ns) = unpack("q q", $wall);
    printf "clock %d.%09d %s\\n", $s, $ns, uptime();' "$1" 2> /dev/null && return
  read -r up idle < /proc/uptime
  now=$(($1 + \${up%.*}\${up#*.}))
  set -- $((now / 100)) $((now % 100))
  case $2 in ?) set -- $1 0$2 ;; esac
  wall=$(date -u -s "@$1.$2" +%s.%N)
  read -r up idle < /proc/uptime
  echo "clock $wall $up"
}
reseed() {
  perl -e 'my $s = pack("H*", $ARGV[0]); open(my $r, "+<", "/dev/urandom") or exit 1;
    ioctl($r, 0x40085203, pack("i i", 8 * length $s, length $s) . $s) && ioctl($r, 0x5207, 0) or exit 1;' "$1" 2>/dev/null ||
    echo "$1" > /dev/urandom
}
move_journal() { mv "$1/$2" "$1/$3" && ln -s "$3" "$1/$2"; }
write_out() { sync; }`,
};

/** Sets the clock from the guest's uptime; \`powerOnMs\` is the host's time at which that was zero. */
export function clockScript(powerOnMs: number): ShellText {
  // Centiseconds are what /proc/uptime gives.
  return sh`set_clock ${Math.round(powerOnMs / 10)}`;
}

/** Everything else; needs the functions of HELPER_MEANS or OWN_MEANS before it. */
export function identityScript(identity: Identity): ShellText {
  return sh`name=${identity.hostname} id=${identity.machineId} user=${identity.username}
old_key=${identity.oldPublicKey} new_key=${identity.newPublicKey}
reseed ${randomBytes(64).toString("hex")}
${STEPS}
${identity.network === undefined ? sh`` : networkScript(identity.network)}
write_out`;
}

/**
 * journald holds its files open, so that its folder can take the new id; the link serves what it opens later. All of it
 * is on the disk in the end: a machine that is reset a moment later must still know its key.
 */
const STEPS: ShellText = {
  kind: "shell-text",
  text: `replace() {
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
    if [ -d "$journal/$old_id" ]; then move_journal "$journal" "$old_id" "$id"; fi
  done
fi`,
};
