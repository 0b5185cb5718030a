import type { Feature } from "../../features/feature.ts";
import type { MachineParts } from "./qemu-node.ts";

/** Features every machine of this platform has. */
export const QEMU_FEATURES: readonly string[] = ["SerialConsole", "StartStop"];

/** Those it has besides when it is one of several. */
export const QEMU_SHARED_FEATURES: readonly string[] = ["PrivateNetwork"];

/** What can be done to a machine from outside it. */
export function machineFeatures({ connected: { machine }, network }: MachineParts): readonly Feature[] {
  return [machine.serial, machine.power, ...(network === undefined ? [] : [network])];
}
