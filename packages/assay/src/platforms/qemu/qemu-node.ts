import type { Feature } from "../../features/feature.ts";
import type { VirtualizationExtension } from "../../features/nested-virtualization.ts";
import { makeNode } from "../../node/make-node.ts";
import type { Node } from "../../node/node.ts";
import type { Shell } from "../../node/shell/types.ts";
import type { MachineNics } from "./features/network-interface.ts";
import type { ConnectedMachine } from "./fork.ts";
import type { Machine, MachineShape } from "./machine/machine.ts";
import { machineFeatures } from "./machine-features.ts";
import type { MachineNetwork } from "./network/machine-network.ts";

/** A machine that is connected, and what is known of it. */
export interface MachineParts {
  readonly name: string;
  readonly connected: ConnectedMachine;
  readonly shape: MachineShape;
  /** Its view of the private network; undefined for a machine alone. */
  readonly network: MachineNetwork | undefined;
  readonly nics: MachineNics;
  /** What its processors have for virtual machines of its own. */
  readonly extension: VirtualizationExtension | undefined;
}

/** The node of a machine at its place in the environment. */
export function nodeOf(parts: MachineParts, index: number, { username }: { readonly username: string }): Node {
  const { machine, shell } = parts.connected;
  const login = loginOf(machine, username);
  return machineNode({ ...parts, index, shell, login, features: machineFeatures(parts) });
}

/** How SSH reaches a machine from here. */
interface Login {
  readonly address: string;
  readonly port: number;
  readonly username: string;
}

/** QEMU forwards a port of this host to the machine. */
export const loginOf = ({ sshPort }: Pick<Machine, "sshPort">, username: string): Login => ({
  address: "127.0.0.1",
  port: sshPort,
  username,
});

/** What a person types to log in to a machine that is kept; its host key was made for it and is known to nobody. */
export const loginCommand = ({ address, port, username }: Login, keyFile: string): string =>
  `ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i ${keyFile} -p ${port} ${username}@${address}`;

/** What a node of a virtual machine is made of. */
interface MachineNodeParts extends Pick<MachineParts, "name" | "network" | "shape"> {
  readonly index: number;
  readonly shell: Shell;
  readonly login: Login;
  readonly features: readonly Feature[];
}

/** The node of a virtual machine of its shape, which tells what features it has. */
export function machineNode({ features, index, login, name, network, shape, shell }: MachineNodeParts): Node {
  return makeNode({
    name,
    index,
    isLocal: false,
    connection: { ...login, ...(network === undefined ? {} : { internalAddress: network.address }) },
    capability: {
      cores: shape.cores,
      memoryMb: shape.memoryMb,
      features: features.map(({ featureName }) => featureName),
    },
    shell,
    features: new Map(features.map((feature) => [feature.featureName, feature])),
  });
}
