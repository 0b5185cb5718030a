import type { Feature } from "../../features/feature.ts";
import { qemuArchitecture } from "../qemu/features/architecture.ts";
import { QemuDisks } from "../qemu/features/disk.ts";
import { MachineHibernation } from "../qemu/features/hibernation.ts";
import { QemuMemoryPressure } from "../qemu/features/memory-pressure.ts";
import type { MachineNics } from "../qemu/features/network-interface.ts";
import { MachinePanic } from "../qemu/features/panic.ts";
import { QemuResize } from "../qemu/features/resize.ts";
import { qemuSecurityProfile } from "../qemu/features/security-profile.ts";
import { MachineStartStop } from "../qemu/features/start-stop.ts";
import { QemuTimeJump } from "../qemu/features/time-jump.ts";
import type { MachineShape } from "../qemu/machine/machine.ts";
import type { MachineNetwork } from "../qemu/network/machine-network.ts";
import { DomainScreenshot } from "./domain/screenshot.ts";
import { DomainFaults } from "./features/domain-faults.ts";
import { domainSnapshot } from "./features/domain-snapshot.ts";
import { DomainWatchdog } from "./features/domain-watchdog.ts";
import { LibvirtParts } from "./features/libvirt-parts.ts";
import type { ConnectedMachine } from "./machine.ts";

/** Features every machine of this platform has. */
export const LIBVIRT_FEATURES: readonly string[] = [
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
  "NetworkInterface",
  "FaultInjection",
  "Security_Profile",
  "Architecture",
];

/** Those it has besides when it is one of several. */
export const LIBVIRT_SHARED_FEATURES: readonly string[] = ["PrivateNetwork"];

/** Those of the platform qemu that it has not, with the reason. */
export const WHY_NOT: Readonly<Record<string, string>> = {
  Nvme: "libvirt emulates no NVMe controllers",
  NESTED_VIRTUALIZATION: "nobody asks libvirt yet what processors its machines have",
};

export interface FeatureParts {
  readonly connected: ConnectedMachine;
  readonly shape: MachineShape;
  readonly nics: MachineNics;
  /** Its view of the private network; undefined for a machine alone. */
  readonly network: MachineNetwork | undefined;
  readonly accelerator: "kvm" | "tcg";
}

/** What can be done to a machine from outside it. */
export function machineFeatures({ accelerator, connected, network, nics, shape }: FeatureParts): readonly Feature[] {
  const { domain, shell } = connected;
  const { name, power, qmp, virsh } = domain;
  const hibernation = new MachineHibernation({ qmp, power, shell });
  return [
    domain.console,
    new MachineStartStop(power, hibernation),
    hibernation,
    new DomainWatchdog(domain, shell),
    new MachinePanic(qmp, shell),
    new DomainScreenshot(virsh, name),
    domainSnapshot(domain, shell),
    new QemuResize({ qmp, power, accelerator }, shell, new LibvirtParts(virsh, name)),
    new QemuTimeJump(qmp, shell),
    new QemuMemoryPressure(qmp),
    new QemuDisks(domain.disks, shell),
    nics,
    new DomainFaults({ connected, shell, nics, network }),
    qemuSecurityProfile(shape),
    qemuArchitecture(shape),
    ...(network === undefined ? [] : [network]),
  ];
}
