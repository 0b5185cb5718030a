import type { Feature } from "../../features/feature.ts";
import { QemuDisks } from "./features/disk.ts";
import { QemuFaultInjection } from "./features/fault-injection.ts";
import { QemuNvme } from "./features/nvme.ts";
import type { MachineParts } from "./qemu-node.ts";

/** Features every machine of this platform has. */
export const QEMU_FEATURES: readonly string[] = ["SerialConsole", "StartStop", "Disk", "Nvme", "FaultInjection"];

/** Those it has besides when it is one of several. */
export const QEMU_SHARED_FEATURES: readonly string[] = ["PrivateNetwork"];

/** What can be done to a machine from outside it. */
export function machineFeatures({ connected: { machine, shell }, network }: MachineParts): readonly Feature[] {
  const disks = new QemuDisks(machine.disks, shell);
  const faults = new QemuFaultInjection(machine);
  return [
    machine.serial,
    machine.power,
    disks,
    new QemuNvme(disks, shell),
    faults,
    ...(network === undefined ? [] : [network]),
  ];
}
