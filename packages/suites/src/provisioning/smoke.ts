import type { Node } from "assay";
import { StartStop } from "assay/features";
import { type CaseContext, minutes, seconds } from "assay/suite";
import { Reboot } from "assay/tools";

/** How long a guest may take to accept a connection after it was deployed, and after it rebooted itself. */
const BOOT_TIMEOUT_MS = seconds(300);
/** The same after the platform switched the machine off and on, which may take long on a busy host. */
const PLATFORM_TIMEOUT_MS = minutes(10);

/** Reboots the node and resolves when it can be logged into again, in another boot than before. */
export type RebootWay = (node: Node, signal: AbortSignal) => Promise<void>;

/** The guest reboots itself. */
export const byGuest: RebootWay = async (node, signal) => {
  await node.tool(Reboot).reboot({ timeoutMs: BOOT_TIMEOUT_MS, signal });
};

/** The platform resets the machine. */
export const byPlatformRestart: RebootWay = (node, signal) =>
  throughPlatform(node, signal, async (power) => {
    await power.restart({ signal });
  });

/** The platform asks the guest to shut down, and switches the machine on when it is off. */
export const byPlatformStopStart: RebootWay = (node, signal) =>
  throughPlatform(node, signal, async (power) => {
    await power.stop({ signal });
    await power.start({ signal });
  });

async function throughPlatform(
  node: Node,
  signal: AbortSignal,
  act: (power: StartStop) => Promise<void>,
): Promise<void> {
  const reboot = node.tool(Reboot);
  const before = await reboot.bootId();
  await act(node.feature(StartStop));
  await reboot.waitForNewBoot(before, { timeoutMs: PLATFORM_TIMEOUT_MS, signal });
}

/**
 * Reboots the node of `context`, records the guest's time as the metric `reboot` and gives it in seconds.
 * Throws NodeUnreachable, TimedOut, CommandFailed or PlatformError.
 */
export async function rebootAndMeasure(context: CaseContext, way: RebootWay = byGuest): Promise<number> {
  const { node, signal, metric, log } = context;
  const startedMs = performance.now();
  await way(node, signal);
  const elapsedS = (performance.now() - startedMs) / 1000;
  metric("reboot", Math.round(elapsedS * 10) / 10, "s");
  log.info(`'${node.name}' is back after ${elapsedS.toFixed(1)} s.`);
  return elapsedS;
}

/**
 * What every provisioning case begins with: the node answers, is rebooted and answers again. Gives the seconds of the
 * reboot. Kernel panics in between end the case by themselves.
 */
export async function smoke(context: CaseContext, way: RebootWay = byGuest): Promise<number> {
  const { node, signal, skip } = context;
  if (node.isLocal) {
    skip("This case reboots the machine, which is the one assay runs on.");
  }
  if ((await node.run(["true"])).exitCode !== 0) {
    await node.shell.reconnect({ timeoutMs: BOOT_TIMEOUT_MS, signal });
  }
  return rebootAndMeasure(context, way);
}
