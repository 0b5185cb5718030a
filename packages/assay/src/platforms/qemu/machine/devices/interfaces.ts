import type { Hardware } from "../../hardware.ts";
import { AGENT_ADDRESS, AgentPort, InheritedFd, type MachineSpec, PRIVATE_NIC } from "../machine-spec.ts";

/** The interface that leads to assay, with the agents behind it. */
export function ownInterface({ hardware }: MachineSpec): string[] {
  return [
    ...InheritedFd.agents.flatMap((fd, index) => ["-chardev", `socket,id=agent${index},fd=${fd}`]),
    // Host port 0: the kernel chooses a free one, so that no two machines can meet.
    ...["-netdev", `user,id=net0,hostfwd=tcp:127.0.0.1:0-:22${agentForwards()}`],
    ...["-device", `${nicDevice(hardware)},netdev=net0,romfile=`],
  ];
}

/** The interface to the other machines of its environment, for a machine that has some. */
export function privateInterface({ hardware, privateMac }: MachineSpec): string[] {
  if (privateMac === undefined) return [];
  return [
    ...["-netdev", `socket,id=net1,fd=${InheritedFd.network}`],
    ...["-device", `${nicDevice(hardware)},id=${PRIVATE_NIC},netdev=net1,romfile=,mac=${privateMac}`],
  ];
}

const nicDevice = ({ nicModel }: Hardware): string => nicModel ?? "virtio-net-pci";

function agentForwards(): string {
  const ports = [...AgentPort.user, ...AgentPort.root];
  return ports.map((port, index) => `,guestfwd=tcp:${AGENT_ADDRESS}:${port}-chardev:agent${index}`).join("");
}
