import { EthernetSwitch } from "../../qemu/network/ethernet-switch.ts";
import { MachineNetwork } from "../../qemu/network/machine-network.ts";
import type { NetworkPlace } from "../../qemu/network/network-plan.ts";
import { joinNetwork, NetworkedShell } from "../../qemu/network/networked-shell.ts";
import type { PrivateNic } from "../domain/domain-xml.ts";
import type { ConnectedMachine } from "../machine.ts";
import { Wire } from "./wire.ts";

/**
 * The network that the machines of one environment share: assay's own switch, to which each QEMU has a wire over the
 * loopback. It needs no right on the host, as a network of libvirt would.
 */
export class PrivateWires implements AsyncDisposable {
  readonly #switch = new EthernetSwitch();
  readonly #wires = new AsyncDisposableStack();

  /** A place for a machine that is to be made. */
  async lay({ macAddress, name }: NetworkPlace): Promise<PrivateNic> {
    const wire = this.#wires.use(await Wire.listen((stream) => this.#switch.connect(name, stream)));
    return { mac: macAddress, port: wire.port };
  }

  /** The machine with a shell that takes it into the network again after each of its boots. */
  keepIn(connected: ConnectedMachine, place: NetworkPlace): ConnectedMachine {
    const { domain, shell } = connected;
    const networked = new NetworkedShell(shell, domain.boots, (joining, limit) => joinNetwork(joining, place, limit));
    return { ...connected, shell: networked };
  }

  /** One machine's view of it. */
  viewOf(place: NetworkPlace): MachineNetwork {
    return new MachineNetwork(place, this.#switch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#switch[Symbol.dispose]();
    await this.#wires.disposeAsync();
  }
}
