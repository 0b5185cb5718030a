import { SerialConsole, Watchdog } from "assay/features";
import { type CaseContext, seconds } from "assay/suite";

/** Long enough for the guest to be on its way, short enough to wait for. */
const TIME_S = 3;
const PATIENCE_MS = seconds(60);

export async function verifyWatchdog({ node, signal, expect, log, markDirty }: CaseContext): Promise<void> {
  const watchdog = node.feature(Watchdog);
  const console = node.feature(SerialConsole);
  const before = (await console.boots()).length;
  markDirty();
  await watchdog.setAction("reset");
  const means = await watchdog.arm(TIME_S, { signal });
  log.info(`The watchdog was armed through ${means === "driver" ? "its driver" : "its registers"}.`);
  const action = await watchdog.expired({ timeoutMs: PATIENCE_MS, signal });
  expect(action === "reset", `The watchdog of '${node.name}' did '${action}'; it was set to 'reset'.`);
  const boot = (await console.boots())[before];
  expect(boot?.cause === "watchdog", `'${node.name}' was not reset by its watchdog; its last boot: '${boot?.cause}'.`);
}
