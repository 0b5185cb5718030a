import type { NicModel } from "../../../features/network-interface.ts";
import { MachineNics } from "../../qemu/features/network-interface.ts";
import type { Hardware } from "../../qemu/hardware.ts";
import { PRIVATE_NIC } from "../../qemu/machine/machine-spec.ts";
import type { MachineNetwork } from "../../qemu/network/machine-network.ts";
import { PREFIX_LENGTH } from "../../qemu/network/network-plan.ts";
import { NetworkedShell } from "../../qemu/network/networked-shell.ts";
import { type FirstNic, OWN_ADDRESS, OWN_MAC, OWN_NIC } from "../../qemu/nics/first-nics.ts";
import { NIC_PREFIX_LENGTH } from "../../qemu/nics/nic-plan.ts";
import type { Meeting } from "../../qemu/nics/qemu-socket.ts";
import type { Virsh } from "../connection/virsh.ts";
import { UserNic } from "../domain/command-line.ts";
import { NetworkAlias } from "../domain/domain-xml.ts";
import type { ConnectedMachine } from "../machine.ts";

/** The machine with its interfaces, which it has again after it was off, with their addresses when its shell is back. */
export function withNics(
  connected: ConnectedMachine,
  { nicModel }: Hardware,
  network: MachineNetwork | undefined,
): { readonly networked: ConnectedMachine; readonly nics: MachineNics } {
  const firstModel = nicModel ?? "virtio-net";
  const { domain, shell } = connected;
  const { qmp, ports, power } = domain;
  const nics = new MachineNics(
    {
      ...{ qmp, ports, network, firstModel, meeting: meetingOf(domain.virsh) },
      first: firstNics(connected, firstModel, network),
      sender: senderTo(domain),
      isGone: async () => (await power.status()) === "off",
    },
    shell,
  );
  power.onSwitchOn((signal) => nics.rack.plugAgain(signal));
  const networked = new NetworkedShell(shell, domain.boots, (_, signal) => nics.rejoin(signal));
  return { nics, networked: { ...connected, shell: networked } };
}

/** QEMU of the system runs under an account of its own, which comes into no folder of this user. */
export const meetingOf = ({ uri }: Virsh): Meeting => (uri.mode === "session" ? "folder" : "loopback");

/** libvirt passes one descriptor on with a command, where it is reached over a socket of this host. */
const senderTo = ({ name, virsh }: ConnectedMachine["domain"]): readonly string[] => [
  "virsh",
  ...virsh.argumentsFor(["qemu-monitor-command", name, "--pass-fds"]),
];

/** libvirt puts the prefix `host` before the alias of an interface for the network end of it. */
const ofLibvirt = (alias: string) => ({ device: alias, netdev: `host${alias}` });

function firstNics(
  { address, network }: ConnectedMachine,
  model: NicModel,
  shared: MachineNetwork | undefined,
): readonly FirstNic[] {
  const own = { id: OWN_NIC, model, network: "user", prefixLength: NIC_PREFIX_LENGTH } as const;
  const first: FirstNic =
    network.kind === "user"
      ? { nic: { ...own, macAddress: OWN_MAC, address: OWN_ADDRESS }, ...UserNic }
      : { nic: { ...own, macAddress: network.mac, address }, ...ofLibvirt(NetworkAlias.own) };
  if (shared === undefined) return [first];
  const { macAddress } = shared;
  const second = { id: PRIVATE_NIC, model, network: "private", macAddress, address: shared.address } as const;
  return [first, { nic: { ...second, prefixLength: PREFIX_LENGTH }, ...ofLibvirt(NetworkAlias.shared) }];
}
