import { PlatformError, UsageError } from "../../errors/catalogue.ts";
import type { Capability, Node } from "../../node/node.ts";
import type { Route } from "../../node/shell/ssh/route.ts";
import type { ReadyNodeSettings } from "../../runbook/types.ts";
import { type KeepOptions, leftDirty } from "../left-dirty.ts";
import type { DeployContext, Environment, EnvironmentRequirement, Platform } from "../platform.ts";
import { firstUsable, freeOf, hostOf, type Slot, take } from "./slot.ts";

/**
 * Chooses nodes of an environment, given by its index, for a requirement: the places of the nodes in the order in which
 * the case gets them; undefined when they do not fit. `measured` is what the nodes have, once that is known.
 */
export type Placement = (
  environment: number,
  requirement: EnvironmentRequirement,
  measured: readonly Capability[] | undefined,
) => readonly number[] | undefined;

export interface ReadyOptions extends KeepOptions {
  /** Chooses nodes; as many as are wanted, in their order, when absent. */
  readonly place?: Placement;
  /** The way to the machines when they are not reached from here. */
  readonly via?: Route | undefined;
}

/**
 * Tests machines that exist already, reached by SSH or the one assay runs on; it never makes, stops or deletes one. Each
 * inner list is one environment. Throws UsageError when there is none.
 */
export function readyPlatform(
  environments: readonly (readonly ReadyNodeSettings[])[],
  { place = enoughOfEach, via, reusesDirty = true }: ReadyOptions = {},
): Platform {
  const slots: readonly Slot[] = environments
    .map((nodes, index) => ({ index, nodes, inUse: undefined, capabilities: undefined, isOut: false }))
    .filter(({ nodes }) => nodes.length > 0);
  if (slots.length === 0) {
    throw new UsageError("Platform 'ready' has no node to test.", {
      help: "List nodes of type 'remote' or 'local' under 'environment.environments[].nodes' in the runbook.",
    });
  }
  const placesIn = (slot: Slot, requirement: EnvironmentRequirement): readonly number[] | undefined => {
    const places =
      slot.nodes.length < requirement.nodeCount ? undefined : place(slot.index, requirement, slot.capabilities);
    return places?.every((at) => isEnough(slot.capabilities?.[at], requirement)) ? places : undefined;
  };
  return {
    type: "ready",
    isPristineCheap: false,
    maxEnvironments: slots.length,
    refuse: (requirement) => refusal(requirement, slots, placesIn),
    prepare: async () => {},
    deploy: (requirement, context) => deploy(requirement, context, { slots, placesIn, via, reusesDirty }),
    [Symbol.asyncDispose]: async () => {},
  };
}

const enoughOfEach: Placement = (_, { nodeCount }) => Array.from({ length: nodeCount }, (_each, at) => at);

const isEnough = (capability: Capability | undefined, { cores, memoryMb }: EnvironmentRequirement): boolean =>
  capability === undefined || (capability.cores >= cores && capability.memoryMb >= memoryMb);

/** What a machine may claim to have; the others are something the platform does to it, and this one does nothing. */
const CLAIMED_FEATURES: ReadonlySet<string> = new Set([
  "Disk",
  "Gpu",
  "Hibernation",
  "Infiniband",
  "NESTED_VIRTUALIZATION",
  "NetworkInterface",
  "Nfs",
  "Nvme",
  "Security_Profile",
  "isolated_resource",
]);

type PlacesIn = (slot: Slot, requirement: EnvironmentRequirement) => readonly number[] | undefined;

function refusal(requirement: EnvironmentRequirement, slots: readonly Slot[], placesIn: PlacesIn): string | undefined {
  const feature = requirement.features.find((name) => !CLAIMED_FEATURES.has(name));
  if (feature !== undefined) return `It needs feature '${feature}', which platform 'ready' does not have.`;
  if (requirement.coldBoot) return "It needs a machine that was just switched on; platform 'ready' never restarts one.";
  const mostRemote = Math.max(...slots.map(({ nodes }) => nodes.filter(({ isLocal }) => isLocal !== true).length));
  if (requirement.remote === true && mostRemote < requirement.nodeCount)
    return "The case reboots or changes its machine, and this is the machine assay runs on.";
  const most = Math.max(...slots.map((slot) => slot.nodes.length));
  if (most < requirement.nodeCount)
    return `It needs ${requirement.nodeCount} nodes; the largest ready environment has ${most}.`;
  // Why what the nodes claim does not fit is told by who placed them; here counts what they were found to have.
  const isSmall = slots.every((slot) => slot.capabilities !== undefined && placesIn(slot, requirement) === undefined);
  if (!isSmall) return undefined;
  return `It needs ${requirement.cores} cores and ${requirement.memoryMb} MiB of memory; no ready environment has both.`;
}

/**
 * Takes the first environment that fits and is free, or waits for one; one that turns out not to fit is let go again.
 * Throws what the last one failed with when none can be logged in to, and Skipped when all that fit are left dirty.
 */
async function deploy(
  requirement: EnvironmentRequirement,
  context: DeployContext,
  {
    slots,
    placesIn,
    via,
    reusesDirty,
  }: {
    readonly slots: readonly Slot[];
    readonly placesIn: PlacesIn;
    readonly via: Route | undefined;
    readonly reusesDirty: boolean;
  },
): Promise<Environment> {
  let problem: unknown = new PlatformError("No ready environment fits.");
  const failed = new Set<Slot>();
  for (;;) {
    context.signal.throwIfAborted();
    const suited = slots.filter((slot) => !failed.has(slot) && placesIn(slot, requirement) !== undefined);
    const fitting = suited.filter(({ isOut }) => !isOut);
    if (fitting.length === 0) throw suited.length > 0 && failed.size === 0 ? leftDirty() : problem;
    const free = freeOf(fitting, context);
    if (free === undefined) {
      await firstUsable(fitting, context);
      continue;
    }
    const taken = await take(free, context, via).catch((error: unknown) => {
      // Another machine may do as well; this one is not tried again for this environment.
      failed.add(free);
      problem = error;
      context.hosts?.failed(hostOf(free), error instanceof Error ? error.message : String(error));
    });
    if (taken === undefined) continue;
    context.hosts?.succeeded(hostOf(free));
    const { nodes, release } = taken;
    const places = placesIn(free, requirement);
    const [first, ...others] = inOrder(nodes, places ?? []);
    if (first !== undefined && places !== undefined) {
      const { promise: died } = Promise.withResolvers<never>();
      const facts = nodes.map((node) => [node.name, placeOf(node)]);
      return {
        name: context.environmentName,
        nodes: [first, ...others],
        facts: Object.fromEntries(facts),
        died,
        spoil: () => {
          free.isOut = !reusesDirty;
        },
        [Symbol.asyncDispose]: release,
      };
    }
    await release();
    problem = new PlatformError(misfitOf(nodes, requirement));
  }
}

const placeOf = ({ isLocal, connection }: Node): string =>
  isLocal ? "this machine" : `${connection.address}:${connection.port}`;

/** The nodes at `places` first, then the others as they stand. */
const inOrder = (nodes: readonly Node[], places: readonly number[]): readonly Node[] => [
  ...places.flatMap((at) => nodes[at] ?? []),
  ...nodes.filter((_, at) => !places.includes(at)),
];

function misfitOf(nodes: readonly Node[], { cores, memoryMb }: EnvironmentRequirement): string {
  const found = nodes.map(
    ({ name, capability }) => `'${name}' has ${capability.cores} cores and ${capability.memoryMb} MiB of memory`,
  );
  return `${found.join(", ")}, which does not fit the ${cores} cores and ${memoryMb} MiB the cases need.`;
}
