import { PlatformError, UsageError } from "../../errors/catalogue.ts";
import { localNode } from "../../node/local-node.ts";
import type { Capability, Node } from "../../node/node.ts";
import type { Route } from "../../node/shell/ssh/route.ts";
import type { ReadyNodeSettings } from "../../runbook/types.ts";
import type { DeployContext, Environment, EnvironmentRequirement, Platform } from "../platform.ts";
import { connectReadyNode } from "./connect-ready-node.ts";

/**
 * Chooses nodes of an environment, given by its index, for a requirement: the places of the nodes in the order in which
 * the case gets them; undefined when they do not fit. `measured` is what the nodes have, once that is known.
 */
export type Placement = (
  environment: number,
  requirement: EnvironmentRequirement,
  measured: readonly Capability[] | undefined,
) => readonly number[] | undefined;

interface Slot {
  readonly index: number;
  readonly nodes: readonly ReadyNodeSettings[];
  /** Resolves when who uses it lets go; undefined while it is free. */
  inUse: Promise<void> | undefined;
  /** Known after the first deployment, so that later cases that do not fit are refused before it. */
  capabilities: readonly Capability[] | undefined;
}

/**
 * Tests machines that exist already, reached by SSH (`via` a route when there is one) or the one assay runs on; it never
 * makes, stops or deletes one. Each inner list is one environment. Throws UsageError when there is none.
 */
export function readyPlatform(
  environments: readonly (readonly ReadyNodeSettings[])[],
  place: Placement = enoughOfEach,
  via?: Route,
): Platform {
  const slots: readonly Slot[] = environments
    .map((nodes, index) => ({ index, nodes, inUse: undefined, capabilities: undefined }))
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
    deploy: (requirement, context) => deploy(requirement, context, { slots, placesIn, via }),
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
 * Throws what the last one failed with when none can be logged in to.
 */
async function deploy(
  requirement: EnvironmentRequirement,
  context: DeployContext,
  {
    slots,
    placesIn,
    via,
  }: { readonly slots: readonly Slot[]; readonly placesIn: PlacesIn; readonly via: Route | undefined },
): Promise<Environment> {
  let problem: unknown = new PlatformError("No ready environment fits.");
  const failed = new Set<Slot>();
  for (;;) {
    context.signal.throwIfAborted();
    const fitting = slots.filter((slot) => !failed.has(slot) && placesIn(slot, requirement) !== undefined);
    if (fitting.length === 0) throw problem;
    const free = freeOf(fitting, context);
    if (free === undefined) {
      await firstReleased(fitting, context.signal);
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
        [Symbol.asyncDispose]: release,
      };
    }
    await release();
    problem = new PlatformError(misfitOf(nodes, requirement));
  }
}

/** A free one whose machines are in health; one that keeps failing only where there is no other. */
function freeOf(fitting: readonly Slot[], { hosts }: DeployContext): Slot | undefined {
  const free = fitting.filter(({ inUse }) => inUse === undefined);
  const healthy = free.find((slot) => hosts?.admits(hostOf(slot)) ?? true);
  return healthy ?? (free.length === fitting.length ? free[0] : undefined);
}

const hostOf = ({ nodes }: Slot): string =>
  nodes.map((node) => (node.isLocal === true ? "this machine" : `${node.address}:${node.port}`)).join(", ");

/** Logs in to all nodes of a free environment and notes what they have. */
async function take(
  slot: Slot,
  context: DeployContext,
  via: Route | undefined,
): Promise<{ readonly nodes: readonly Node[]; readonly release: () => Promise<void> }> {
  const { promise: released, resolve: letGo } = Promise.withResolvers<void>();
  slot.inUse = released;
  const nodes: Node[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.shell[Symbol.asyncDispose]()));
    if (slot.inUse === released) slot.inUse = undefined;
    letGo();
  };
  try {
    const startedAt = performance.now();
    const step = { environment: context.environmentName, step: "connect" };
    context.progress(step);
    for (const [index, settings] of slot.nodes.entries()) {
      const isThisMachine = settings.isLocal === true;
      nodes.push(
        isThisMachine ? localNode(settings.name, index) : await connectReadyNode(settings, index, context.signal, via),
      );
    }
    context.progress({ ...step, elapsedMs: performance.now() - startedAt });
    slot.capabilities = nodes.map((node) => node.capability);
    return { nodes, release };
  } catch (error) {
    await release();
    throw error;
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

/** Resolves when one of the slots is let go, or when the run is cancelled. */
async function firstReleased(slots: readonly Slot[], signal: AbortSignal): Promise<void> {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const listening = new AbortController();
  signal.addEventListener("abort", () => resolve(), { signal: listening.signal });
  await Promise.race([...slots.map(({ inUse }) => inUse), cancelled]);
  listening.abort();
}
