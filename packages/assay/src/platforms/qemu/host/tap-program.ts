/** What the taps are like. */
export interface TapOrder {
  /** Of the tap that the guest's interface is at the other end of. */
  readonly queues: number;
  /** In bytes. */
  readonly mtu: number;
}

/** Under which number the process inherits the connection to QEMU's monitor. */
export const MONITOR_FD = 3;

/**
 * Makes a tap of several queues and one of one queue on a bridge, in the namespace that it runs in, and says so with one
 * line. Then it sends each line that it reads, which begins with the number of a descriptor (the queues from 0, and the
 * other tap behind them), to QEMU, together with that descriptor: over the monitor's connection, or by the command that it
 * was given, whose answer it prints. Taps and bridge are there for as long as anybody has a descriptor of the taps, so
 * that they end with QEMU whatever happens.
 *
 * The numbers are those of Linux: TUNSETIFF, IFF_TAP | IFF_NO_PI, IFF_MULTI_QUEUE | IFF_VNET_HDR (linux/if_tun.h), MSG_NOSIGNAL,
 * SOL_SOCKET and SCM_RIGHTS, and that of the system call sendmsg on each architecture. The bridge passes on what bridges
 * keep for themselves, but for what the kernel forbids, and speaks with nobody itself.
 */
const TAP_PROGRAM = `use strict; use POSIX (); $| = 1;
my ($queues, $mtu, @command) = @ARGV;
$^F = 1 << 16 if @command;
my $sendmsg = (POSIX::uname())[4] eq "aarch64" ? 211 : 46;
sub tap {
  my ($name, $flags) = @_;
  open(my $tap, "+<", "/dev/net/tun") or die "/dev/net/tun: $!\\n";
  ioctl($tap, 0x400454ca, pack("a16 S x22", $name, 0x1002 | $flags)) or die "/dev/net/tun gives no tap: $!\\n";
  return $tap;
}
my @taps = map { tap("guest", 0x4100) } 1 .. $queues;
push @taps, tap("outside", 0);
for my $which ("all", "default") {
  if (open(my $switch, ">", "/proc/sys/net/ipv6/conf/$which/disable_ipv6")) { print $switch "1"; close($switch) }
}
open(my $ip, "|-", "ip", "-batch", "-") or die "ip: $!\\n";
print $ip "link add bridge type bridge stp_state 0 forward_delay 0 mcast_snooping 0 group_fwd_mask 65528\\n";
print $ip "link set $_ mtu $mtu up master bridge\\n" for "guest", "outside";
print $ip "link set bridge mtu $mtu up\\n";
close($ip) or die "ip makes no bridge.\\n";
print "made\\n";
while (my $line = <STDIN>) {
  my ($index, $text) = split(" ", $line, 2);
  if (@command) {
    open(my $answer, "-|", @command, fileno($taps[$index]), $text) or die "$command[0]: $!\\n";
    my $said = join("", <$answer>);
    close($answer) or die "$command[0] gives QEMU no descriptor.\\n";
    print $said =~ s/\\n//gr, "\\n";
    next;
  }
  my $part = pack("P Q", $text, length $text);
  my $rights = pack("Q i i i x4", 20, 1, 1, fileno $taps[$index]);
  my $message = pack("x16 P Q P Q x8", $part, 1, $rights, length $rights);
  syscall($sendmsg, ${MONITOR_FD}, $message, 0x4000) == length $text or die "sendmsg: $!\\n";
}
`;

/**
 * The command behind `prefix`, which gives it a namespace. `sender` gives QEMU a descriptor when its number and a command of
 * QEMU's protocol are put behind; without it the connection to the monitor is used.
 */
export function tapCommand(
  prefix: readonly string[],
  { mtu, queues }: TapOrder,
  sender: readonly string[] = [],
): readonly [program: string, ...rest: string[]] {
  return ["env", ...prefix, "perl", "-e", TAP_PROGRAM, `${queues}`, `${mtu}`, ...sender];
}
