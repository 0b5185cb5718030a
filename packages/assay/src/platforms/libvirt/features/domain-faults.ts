import { PlatformError } from "../../../errors/catalogue.ts";
import type { Fault } from "../../../features/fault-injection.ts";
import type { FaultTime } from "../../../features/machine-faults.ts";
import type { NetworkFaultTime } from "../../../features/network-faults.ts";
import type { LinkQuality } from "../../../features/private-network.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { QemuFaultInjection } from "../../qemu/features/fault-injection.ts";
import type { MachineNics } from "../../qemu/features/network-interface.ts";
import type { MachineNetwork } from "../../qemu/network/machine-network.ts";
import { isOwnFrame, isSshFrame } from "../../qemu/nics/own-way.ts";
import { HostProcess } from "../domain/host-process.ts";
import type { ConnectedMachine } from "../machine.ts";
import { meetingOf } from "../nics/domain-nics.ts";

export interface DomainFaultsParts {
  readonly connected: ConnectedMachine;
  readonly shell: Shell;
  readonly nics: MachineNics;
  readonly network: MachineNetwork | undefined;
}

/** What a QEMU has between a guest and its disks and networks, and takes with it when the machine is switched off. */
const KINDS_OF_QEMU = ["failDisk", "slowDisk", "stallDisk", "loseWrites", "impairNetwork"];

/** Faults of a domain, by QEMU's own means. Those of its QEMU end when the machine is switched off. */
export class DomainFaults extends QemuFaultInjection {
  readonly #process: HostProcess;
  readonly #isHere: boolean;

  constructor({ connected, network, nics, shell }: DomainFaultsParts) {
    const { domain } = connected;
    const { disks, name, power, qmp, virsh } = domain;
    const process = new HostProcess(virsh, name);
    super({
      ...{ disks, network, nics: nics.rack, qmp, shell, meeting: meetingOf(virsh) },
      isOwn: connected.network.kind === "user" ? isOwnFrame : isSshFrame,
      machine: { qmp, signal: (signal) => process.signal(signal) },
    });
    this.#process = process;
    this.#isHere = virsh.uri.host === undefined;
    power.onSwitchOn(() => this.forget(KINDS_OF_QEMU));
  }

  override async impairNetwork(nic: string, quality: LinkQuality, time?: NetworkFaultTime): Promise<Fault> {
    if (!this.#isHere) {
      throw new PlatformError(
        "The network of a machine on another host cannot be impaired: its frames do not come here.",
        {
          help: "Use 'unplugCable', or run the case where libvirt is.",
        },
      );
    }
    return await super.impairNetwork(nic, quality, time);
  }

  override async stealProcessors(steal: FaultTime & { readonly percent: number }): Promise<Fault> {
    await this.#process.find();
    return await super.stealProcessors(steal);
  }
}
