import type { Feature } from "../../features/feature.ts";
import type { Shell } from "../../node/shell/types.ts";
import { QemuDisks } from "../qemu/features/disk.ts";
import type { MachineNetwork } from "../qemu/network/machine-network.ts";
import type { Domain } from "./domain/domain.ts";
import { DomainScreenshot } from "./domain/screenshot.ts";

/** Features every machine of this platform has. */
export const LIBVIRT_FEATURES: readonly string[] = ["SerialConsole", "StartStop", "Screenshot", "Disk"];

/** Those it has besides when it is one of several. */
export const LIBVIRT_SHARED_FEATURES: readonly string[] = ["PrivateNetwork"];

/** What can be done to a machine from outside it. */
export function machineFeatures(domain: Domain, shell: Shell, network: MachineNetwork | undefined): readonly Feature[] {
  const screenshot = new DomainScreenshot(domain.virsh, domain.name);
  const disks = new QemuDisks(domain.disks, shell);
  return [domain.console, domain.power, screenshot, disks, ...(network === undefined ? [] : [network])];
}
