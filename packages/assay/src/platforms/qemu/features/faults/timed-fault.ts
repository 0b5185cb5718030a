import { UsageError } from "../../../../errors/catalogue.ts";
import type { Fault } from "../../../../features/fault-injection.ts";
import type { FaultTime } from "../../../../features/machine-faults.ts";
import type { FaultLedger } from "./fault-ledger.ts";

const MOST_MS = 3_600_000;

/** Brings a fault about and winds up the clock that ends it. Throws UsageError for a time out of range. */
export async function beginTimed(
  ledger: FaultLedger,
  { kind, target, forMs }: FaultTime & Pick<Fault, "kind" | "target">,
  inject: () => Promise<() => Promise<void>>,
): Promise<Fault> {
  if (!(Number.isInteger(forMs) && forMs >= 1 && forMs <= MOST_MS)) {
    throw new UsageError(`A fault cannot last ${forMs} ms.`, {
      help: `Give 'forMs' in whole ms from 1 to ${MOST_MS}.`,
    });
  }
  let clock: NodeJS.Timeout | undefined;
  let ending: Promise<void> | undefined;
  const fault = await ledger.begin(kind, target, async () => {
    const end = await inject();
    return async () => {
      clearTimeout(clock);
      // Whoever reverts and the clock can come at the same time; one who failed may try again.
      ending ??= end().catch((error) => {
        ending = undefined;
        throw error;
      });
      await ending;
    };
  });
  // What fails here stays in force, and fails again for the one who reverts it.
  clock = setTimeout(() => void ledger.revert(fault.id).catch(() => undefined), forMs).unref();
  return fault;
}
