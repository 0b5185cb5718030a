import { PlatformError, UsageError } from "../../errors/catalogue.ts";
import type { Capability, Node } from "../../node/node.ts";
import type { RemoteNodeSettings } from "../../runbook/types.ts";
import type { DeployContext, Environment, EnvironmentRequirement, Platform } from "../platform.ts";
import { connectReadyNode } from "./connect-ready-node.ts";

interface Slot {
  readonly nodes: readonly RemoteNodeSettings[];
  isTaken: boolean;
  /** Known after the first deployment, so that later cases that do not fit are refused before it. */
  capabilities: readonly Capability[] | undefined;
}

/**
 * Tests machines that exist already and are reached by SSH; it never makes, stops or deletes one. Each inner list is
 * one environment. Throws UsageError when there is none.
 */
export function readyPlatform(environments: readonly (readonly RemoteNodeSettings[])[]): Platform {
  const slots: readonly Slot[] = environments
    .filter((nodes) => nodes.length > 0)
    .map((nodes) => ({ nodes, isTaken: false, capabilities: undefined }));
  if (slots.length === 0) {
    throw new UsageError("Platform 'ready' has no node to test.", {
      help: "List nodes of type 'remote' under 'environment.environments[].nodes' in the runbook.",
    });
  }
  return {
    type: "ready",
    isPristineCheap: false,
    maxEnvironments: slots.length,
    refuse: (requirement) => refusal(requirement, slots),
    prepare: async () => {},
    deploy: (requirement, context) => deploy(requirement, context, slots),
    [Symbol.asyncDispose]: async () => {},
  };
}

function refusal(requirement: EnvironmentRequirement, slots: readonly Slot[]): string | undefined {
  const [feature] = requirement.features;
  if (feature !== undefined) return `It needs feature '${feature}', which platform 'ready' does not have.`;
  if (requirement.coldBoot) return "It needs a machine that was just switched on; platform 'ready' never restarts one.";
  if (slots.some((slot) => fits(slot, requirement))) return undefined;
  const most = Math.max(...slots.map((slot) => slot.nodes.length));
  if (most < requirement.nodeCount)
    return `It needs ${requirement.nodeCount} nodes; the largest ready environment has ${most}.`;
  return `It needs ${requirement.cores} cores and ${requirement.memoryMb} MiB of memory; no ready environment has both.`;
}

function fits({ nodes, capabilities }: Slot, requirement: EnvironmentRequirement): boolean {
  if (nodes.length < requirement.nodeCount) return false;
  const isEnough = ({ cores, memoryMb }: Capability) => cores >= requirement.cores && memoryMb >= requirement.memoryMb;
  return capabilities?.every(isEnough) ?? true;
}

async function deploy(
  requirement: EnvironmentRequirement,
  context: DeployContext,
  slots: readonly Slot[],
): Promise<Environment> {
  const slot = slots.find((candidate) => !candidate.isTaken && fits(candidate, requirement));
  if (slot === undefined) {
    throw new PlatformError("Every ready environment that fits is in use.", { isTransient: true });
  }
  slot.isTaken = true;
  const nodes: Node[] = [];
  const close = async () => {
    await Promise.all(nodes.map((node) => node.shell[Symbol.asyncDispose]()));
    slot.isTaken = false;
  };
  try {
    const startedAt = performance.now();
    const step = { environment: context.environmentName, step: "connect" };
    context.progress(step);
    for (const [index, settings] of slot.nodes.entries()) {
      nodes.push(await connectReadyNode(settings, index, context.signal));
    }
    context.progress({ ...step, elapsedMs: performance.now() - startedAt });
    slot.capabilities = nodes.map((node) => node.capability);
    const [first, ...others] = nodes;
    if (first === undefined) throw new PlatformError("The ready environment has no node.");
    if (!fits(slot, requirement)) {
      throw new PlatformError(
        `'${first.name}' has ${first.capability.cores} cores and ${first.capability.memoryMb} MiB of memory, which is ` +
          `less than the ${requirement.cores} cores and ${requirement.memoryMb} MiB the cases need.`,
      );
    }
    const { promise: died } = Promise.withResolvers<never>();
    return {
      name: context.environmentName,
      nodes: [first, ...others],
      facts: Object.fromEntries(nodes.map((node) => [node.name, `${node.connection.address}:${node.connection.port}`])),
      died,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
