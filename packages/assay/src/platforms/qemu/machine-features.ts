import type { Feature } from "../../features/feature.ts";
import { qemuArchitecture } from "./features/architecture.ts";
import { QemuDisks } from "./features/disk.ts";
import { QemuFaultInjection } from "./features/fault-injection.ts";
import { lifeFeatures } from "./features/life.ts";
import { qemuNesting } from "./features/nested-virtualization.ts";
import { QemuNvme } from "./features/nvme.ts";
import { qemuSecurityProfile } from "./features/security-profile.ts";
import { stateFeatures } from "./features/state.ts";
import type { MachineParts } from "./qemu-node.ts";
import { hasBesideFolder } from "./virtiofs/folder-refusal.ts";

/** Features every machine of this platform has. */
export const QEMU_FEATURES: readonly string[] = [
  "SerialConsole",
  "StartStop",
  "Hibernation",
  "Watchdog",
  "Panic",
  "Screenshot",
  "Snapshot",
  "Resize",
  "TimeJump",
  "MemoryPressure",
  "Disk",
  "Nvme",
  "NetworkInterface",
  "FaultInjection",
  "Security_Profile",
  "Architecture",
  "NESTED_VIRTUALIZATION",
];

/** Those it has besides when it is one of several. */
export const QEMU_SHARED_FEATURES: readonly string[] = ["PrivateNetwork"];

/** What can be done to a machine from outside it. */
export function machineFeatures({
  connected: { machine, shell },
  extension,
  network,
  nics,
  shape,
}: MachineParts): readonly Feature[] {
  const disks = new QemuDisks(machine.disks, shell);
  const faults = new QemuFaultInjection({
    machine,
    shell,
    disks: machine.disks,
    qmp: machine.qmp,
    nics: nics.rack,
    network,
  });
  const features = [
    ...lifeFeatures(machine, shell),
    ...stateFeatures(machine, shell),
    disks,
    new QemuNvme(disks, shell),
    nics,
    faults,
    qemuSecurityProfile(shape),
    qemuArchitecture(shape),
    ...qemuNesting(extension),
    ...(network === undefined ? [] : [network]),
  ];
  return features.filter(({ featureName }) => hasBesideFolder(shape, featureName));
}
