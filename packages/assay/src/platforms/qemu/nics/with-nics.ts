import { MachineNics } from "../features/network-interface.ts";
import type { ConnectedMachine } from "../fork.ts";
import type { Hardware } from "../hardware.ts";
import type { MachineNetwork } from "../network/machine-network.ts";
import { NetworkedShell } from "../network/networked-shell.ts";

/** A machine with its interfaces, which have their addresses again when its shell is back after a reboot. */
export function withNics(
  connected: ConnectedMachine,
  { nicModel }: Hardware,
  network: MachineNetwork | undefined,
): { readonly networked: ConnectedMachine; readonly nics: MachineNics } {
  const { machine, shell } = connected;
  const firstModel = nicModel ?? "virtio-net";
  const nics = new MachineNics({ qmp: machine.qmp, ports: machine.ports, network, firstModel }, shell);
  const networked = new NetworkedShell(shell, machine, (_, signal) => nics.rejoin(signal));
  return { nics, networked: { ...connected, shell: networked } };
}
