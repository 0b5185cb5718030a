import type { VirtualizationExtension } from "../../features/nested-virtualization.ts";
import { makeNode } from "../../node/make-node.ts";
import type { Node } from "../../node/node.ts";
import type { MachineNics } from "./features/network-interface.ts";
import type { ConnectedMachine } from "./fork.ts";
import type { MachineShape } from "./machine/machine.ts";
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
  const { name, shape, network } = parts;
  const { machine, shell } = parts.connected;
  const features = machineFeatures(parts);
  return makeNode({
    name,
    index,
    isLocal: false,
    connection: {
      address: "127.0.0.1",
      port: machine.sshPort,
      username,
      ...(network === undefined ? {} : { internalAddress: network.address }),
    },
    capability: {
      cores: shape.cores,
      memoryMb: shape.memoryMb,
      features: features.map(({ featureName }) => featureName),
    },
    shell,
    features: new Map(features.map((feature) => [feature.featureName, feature])),
  });
}
