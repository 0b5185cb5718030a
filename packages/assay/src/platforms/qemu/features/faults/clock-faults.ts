import { PlatformError, UsageError } from "../../../../errors/catalogue.ts";
import type { Fault } from "../../../../features/fault-injection.ts";
import type { ClockFaults, FaultTime } from "../../../../features/machine-faults.ts";
import { sh } from "../../../../node/shell/command.ts";
import type { Shell, ShellText } from "../../../../node/shell/types.ts";
import { askGuest } from "../../guest/ask-guest.ts";
import type { FaultLedger } from "./fault-ledger.ts";
import { needPerl } from "./need-perl.ts";
import { beginTimed } from "./timed-fault.ts";

/** What a tick of a hundredth of a second is worth, in microseconds (adjtimex(2)); the kernel takes a tenth more or less. */
const TICK_US = 10_000;
const STEP_PPM = 1_000_000 / TICK_US;
const MOST_PPM = 100_000;
const LIMIT_MS = 60_000;

/** The clock of the guest's kernel, which is made to count other than it should. */
export class QemuClockFaults implements ClockFaults {
  readonly #shell: Shell;
  readonly #ledger: FaultLedger;

  constructor(shell: Shell, ledger: FaultLedger) {
    this.#shell = shell;
    this.#ledger = ledger;
  }

  async skewClock({ forMs, partsPerMillion: ppm }: FaultTime & { readonly partsPerMillion: number }): Promise<Fault> {
    if (ppm % STEP_PPM !== 0 || ppm === 0 || Math.abs(ppm) > MOST_PPM) {
      throw new UsageError(`A clock cannot be wrong by ${ppm} millionths.`, {
        help: `Give a multiple of ${STEP_PPM} from -${MOST_PPM} to ${MOST_PPM}.`,
      });
    }
    return await beginTimed(this.#ledger, { kind: "skewClock", target: "clock", forMs }, async () => {
      await needPerl(this.#shell);
      await askGuest(this.#shell, setTick(TICK_US + ppm / STEP_PPM), { timeoutMs: LIMIT_MS });
      // The guest ends the fault by itself too, in case nobody reaches it any more.
      const guard = sh`setsid sh -c ${`sleep ${Math.ceil(forMs / 1000) + 1}; ${setTick(TICK_US).text}`} < /dev/null > /dev/null 2>&1 & echo $!`;
      const pid = Number(await askGuest(this.#shell, guard, { timeoutMs: LIMIT_MS }));
      return async () => {
        if (!(pid > 1)) throw new PlatformError("The guest does not tell the process that guards its clock.");
        await askGuest(this.#shell, sh`${setTick(TICK_US)}; kill -- -${pid} 2> /dev/null || true`, {
          timeoutMs: LIMIT_MS,
        });
      };
    });
  }
}

/**
 * `struct timex` of 64-bit Linux with nothing in it but the tick, its twelfth word; ADJ_TICK is 0x4000. The call's number
 * is 159 on x86_64 and 171 on arm64.
 */
const setTick = (microseconds: number): ShellText => sh`perl -MPOSIX -e '
my $timex = pack("q26", 0x4000, (0) x 10, ${microseconds}, (0) x 14);
my $call = (uname())[4] =~ /aarch64/ ? 171 : 159;
syscall($call, $timex) >= 0 or die "adjtimex: $!\n"'`;
