import { hostname } from "node:os";
import { localCapability, localNode } from "../../node/local-node.ts";
import type { Capability } from "../../node/node.ts";
import { type KeepOptions, leftDirty } from "../left-dirty.ts";
import type { Environment, EnvironmentRequirement, Platform } from "../platform.ts";
import { suitsCores } from "../suits-cores.ts";

/** Tests the machine assay runs on. There is one environment of one node, and nothing outside it can reach it. */
export function localPlatform({ reusesDirty = true }: KeepOptions = {}): Platform {
  const capability = localCapability();
  let isOut = false;
  return {
    type: "local",
    isPristineCheap: false,
    maxEnvironments: 1,
    refuse: (requirement) => refusal(requirement, capability),
    prepare: async () => {},
    deploy: async (_requirement, context) => {
      context.signal.throwIfAborted();
      if (isOut) throw leftDirty();
      const environment = localEnvironment(context.environmentName, capability);
      return {
        ...environment,
        spoil: () => {
          isOut = !reusesDirty;
        },
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function refusal(requirement: EnvironmentRequirement, capability: Capability): string | undefined {
  const [feature] = requirement.features;
  if (requirement.nodeCount > 1)
    return `It needs ${requirement.nodeCount} nodes; platform 'local' has this machine only.`;
  if (requirement.coldBoot) return "It needs a machine that was just switched on; platform 'local' is up already.";
  if (feature !== undefined) return `It needs feature '${feature}', which platform 'local' does not have.`;
  if (requirement.cores > capability.cores) {
    return `It needs ${requirement.cores} cores; this machine has ${capability.cores}.`;
  }
  if (!suitsCores(requirement, capability.cores)) {
    return `It needs another number of processors than the ${capability.cores} of this machine.`;
  }
  if (requirement.memoryMb > capability.memoryMb) {
    return `It needs ${requirement.memoryMb} MiB of memory; this machine has ${capability.memoryMb} MiB.`;
  }
  return undefined;
}

function localEnvironment(name: string, capability: Capability): Environment {
  const { promise: died } = Promise.withResolvers<never>();
  const node = localNode(hostname(), 0, capability);
  return {
    name,
    nodes: [node],
    facts: { machine: "this machine" },
    died,
    [Symbol.asyncDispose]: async () => await node.shell[Symbol.asyncDispose](),
  };
}
