import type { Feature } from "../../features/feature.ts";
import type { VirtualizationExtension } from "../../features/nested-virtualization.ts";
import { qemuArchitecture } from "../qemu/features/architecture.ts";
import { QemuDisks } from "../qemu/features/disk.ts";
import { MachineHibernation } from "../qemu/features/hibernation.ts";
import { QemuMemoryPressure } from "../qemu/features/memory-pressure.ts";
import { qemuNesting } from "../qemu/features/nested-virtualization.ts";
import type { MachineNics } from "../qemu/features/network-interface.ts";
import { QemuNvme } from "../qemu/features/nvme.ts";
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

export interface FeatureParts {
  readonly connected: ConnectedMachine;
  readonly shape: MachineShape;
  readonly nics: MachineNics;
  /** Its view of the private network; undefined for a machine alone. */
  readonly network: MachineNetwork | undefined;
  readonly accelerator: "kvm" | "tcg";
  /** What its processors have for virtual machines of its own. */
  readonly extension: VirtualizationExtension | undefined;
}

/** What can be done to a machine from outside it: all that the platform qemu gives. */
export function machineFeatures(parts: FeatureParts): readonly Feature[] {
  const { accelerator, connected, extension, network, nics, shape } = parts;
  const { domain, shell } = connected;
  const { name, power, qmp, virsh } = domain;
  const disks = new QemuDisks(domain.disks, shell);
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
    disks,
    new QemuNvme(disks, shell),
    nics,
    new DomainFaults({ connected, shell, nics, network }),
    qemuSecurityProfile(shape),
    qemuArchitecture(shape),
    ...qemuNesting(extension),
    ...(network === undefined ? [] : [network]),
  ];
}
