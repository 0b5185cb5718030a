import { UsageError } from "../../../../errors/catalogue.ts";
import type { Fault } from "../../../../features/fault-injection.ts";
import type { FaultTime, ProcessorFaults } from "../../../../features/machine-faults.ts";
import type { Machine } from "../../machine/machine.ts";
import { Bursts } from "./bursts.ts";
import type { FaultLedger } from "./fault-ledger.ts";
import { beginTimed } from "./timed-fault.ts";

const TARGET = "machine";
const MOST_PERCENT = 95;

/** Faults of the processors: QEMU's process is halted and let go, or its virtual processors are. Neither needs root. */
export class QemuProcessorFaults implements ProcessorFaults {
  readonly #machine: Pick<Machine, "qmp" | "signal">;
  readonly #ledger: FaultLedger;

  constructor(machine: Pick<Machine, "qmp" | "signal">, ledger: FaultLedger) {
    this.#machine = machine;
    this.#ledger = ledger;
  }

  async stealProcessors({ forMs, percent }: FaultTime & { readonly percent: number }): Promise<Fault> {
    if (!(percent >= 1 && percent <= MOST_PERCENT)) {
      throw new UsageError(`Processors cannot be taken away for ${percent} % of the time.`, {
        help: `Give a percentage from 1 to ${MOST_PERCENT}.`,
      });
    }
    return await beginTimed(this.#ledger, { kind: "stealProcessors", target: TARGET, forMs }, async () => {
      // The kernel halts all threads of a process at once: the guest's time goes on meanwhile, since the host's does.
      const bursts = new Bursts(percent / 100, (isHalted) => this.#machine.signal(isHalted ? "SIGSTOP" : "SIGCONT"));
      return async () => bursts.end();
    });
  }

  async stallMachine({ forMs }: FaultTime): Promise<Fault> {
    return await beginTimed(this.#ledger, { kind: "stallMachine", target: TARGET, forMs }, async () => {
      const { qmp } = this.#machine;
      const { running } = (await qmp.execute("query-status")) as { running: boolean };
      // One that is off or has crashed must not be made to go on by the end of the fault.
      if (!running) throw new UsageError("The machine does not run, so it cannot stall.", { help: "Start it first." });
      await qmp.execute("stop");
      return async () => {
        const { status } = (await qmp.execute("query-status")) as { status: string };
        if (status === "paused") await qmp.execute("cont");
      };
    });
  }
}
