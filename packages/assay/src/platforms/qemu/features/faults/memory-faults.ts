import { UsageError } from "../../../../errors/catalogue.ts";
import type { Fault } from "../../../../features/fault-injection.ts";
import type { FaultTime, MemoryFaults } from "../../../../features/machine-faults.ts";
import { sh } from "../../../../node/shell/command.ts";
import type { Shell } from "../../../../node/shell/types.ts";
import { askGuest } from "../../guest/ask-guest.ts";
import type { FaultLedger } from "./fault-ledger.ts";
import { needPerl } from "./need-perl.ts";
import { beginTimed } from "./timed-fault.ts";

const LEAST_MB = 16;
const LIMIT_MS = 300_000;

/**
 * Takes memory in pieces until no more than the given MiB are available, locks it (mlockall is 151 on x86_64 and 230 on
 * arm64; 3 means what is there and what comes), and says how much it has. An alarm ends it, whoever is left to do so. It
 * holds a lock to its end, which Linux takes from it after its memory.
 */
const HOG = `use strict; use POSIX; $| = 1;
my ($leave, $seconds, $held) = @ARGV;
alarm $seconds;
open(my $lock, ">", $held) or die "$held: $!\\n";
flock($lock, 2) or die "$held: $!\\n";
open(my $score, ">", "/proc/self/oom_score_adj") or die "oom_score_adj: $!\\n";
print $score "1000\\n"; close $score;
my $call = (uname())[4] =~ /aarch64/ ? 230 : 151;
syscall($call, 3) == 0 or die "mlockall: $!\\n";
sub available { open(my $f, "<", "/proc/meminfo") or die; while (<$f>) { return $1 >> 10 if /^MemAvailable: *(\\d+)/ } 0 }
my @pieces;
while ((my $over = available() - $leave) > 0) {
  my $megabytes = $over > 16 ? 16 : $over;
  my $piece = ""; vec($piece, ($megabytes << 20) - 1, 8) = 1;
  push @pieces, $piece;
}
print scalar(@pieces), "\\n"; close STDOUT; close STDERR;
pause while 1;`;

/** Memory of the guest, taken by a program in it. */
export class QemuMemoryFaults implements MemoryFaults {
  readonly #shell: Shell;
  readonly #ledger: FaultLedger;

  constructor(shell: Shell, ledger: FaultLedger) {
    this.#shell = shell;
    this.#ledger = ledger;
  }

  async pressMemory({ forMs, leaveMb }: FaultTime & { readonly leaveMb: number }): Promise<Fault> {
    if (!(Number.isInteger(leaveMb) && leaveMb >= LEAST_MB)) {
      throw new UsageError(`A guest cannot work with ${leaveMb} MiB.`, { help: `Leave it ${LEAST_MB} MiB or more.` });
    }
    return await beginTimed(this.#ledger, { kind: "pressMemory", target: "memory", forMs }, async () => {
      await needPerl(this.#shell);
      // The program says that it has the memory through a pipe, and goes on without it.
      const script = sh`folder=$(mktemp -d) && mkfifo "$folder/said" || exit 1
setsid perl -e ${HOG} ${leaveMb} ${Math.ceil(forMs / 1000) + 1} "$folder/held" < /dev/null > "$folder/said" 2>&1 &
hog=$!
read -r said < "$folder/said"
case $said in *[!0-9]* | '') rm -r "$folder"; echo "The program that takes memory ended: $said" >&2; exit 1 ;; esac
echo $hog "$folder"`;
      const [pid = "", folder = ""] = (await askGuest(this.#shell, script, { timeoutMs: LIMIT_MS })).split(" ");
      const end = sh`kill -KILL ${pid} 2> /dev/null
perl -e 'open(my $lock, "<", $ARGV[0]) or exit; flock($lock, 2)' ${`${folder}/held`}
rm -rf ${folder}`;
      return async () => {
        await askGuest(this.#shell, end, { timeoutMs: LIMIT_MS });
      };
    });
  }
}
