import type { CountSpace, NodeSpace } from "../../../runbook/requirement.ts";
import type { EnvironmentRequirement } from "../../platform.ts";
import { HOT_PLUG_PORTS } from "../machine/hot-plug.ts";
import { MOST_QUEUES } from "./nic-plan.ts";

/** Interfaces that a machine begins with: assay's own, and that of the private network where there are several. */
export const firstNics = (nodeCount: number): number => (nodeCount === 1 ? 1 : 2);

/** How many interfaces a machine can have that begins with `first`, when nothing else takes its ports. */
export const mostNics = (first: number): number => first + HOT_PLUG_PORTS.length;

/** How many interfaces each machine is to have when the case begins, in the order of the nodes. */
export function wantedNics({ nodeCount, nodes = [] }: EnvironmentRequirement): readonly number[] {
  const first = firstNics(nodeCount);
  return Array.from({ length: nodeCount }, (_, index) => pickNumber(nodes[index], first) ?? first);
}

/** Why a machine cannot have the network interfaces that are asked for; undefined when it can. */
export function nicRefusal({ nodeCount, nodes = [] }: EnvironmentRequirement): string | undefined {
  const first = firstNics(nodeCount);
  const most = mostNics(first);
  for (const node of nodes) {
    const { dataPath, nicCount, maxNicCount, maxQueueCount } = node.networkInterface ?? {};
    if (dataPath !== undefined && !dataPath.includes("Synthetic")) {
      return "it needs network interfaces with 'Sriov'; the QEMU platform emulates them and passes no virtual functions of a real one through.";
    }
    if (nicCount !== undefined && pickNumber(node, first) === undefined) {
      return `it needs ${inWords(nicCount)} network interfaces; the QEMU platform gives a machine ${first} to ${most} here.`;
    }
    if (maxNicCount !== undefined && !maxNicCount.some(({ minimum }) => minimum <= most)) {
      return `it needs a machine that can have ${inWords(maxNicCount)} network interfaces; the QEMU platform gives at most ${most}.`;
    }
    if (leastQueues(maxQueueCount) > MOST_QUEUES) {
      return `it needs network interfaces with ${inWords(maxQueueCount)} queues; the QEMU platform gives at most ${MOST_QUEUES}.`;
    }
  }
  return undefined;
}

/** Where several queues are asked for and the host gives none; `obstacle` tells why, as the end of a sentence. */
export function queuesRefusal(
  { nodes = [] }: EnvironmentRequirement,
  obstacle: string | undefined,
): string | undefined {
  if (obstacle === undefined) return undefined;
  const wanted = nodes.map(({ networkInterface }) => networkInterface?.maxQueueCount);
  const several = wanted.find((space) => leastQueues(space) > 1);
  if (several === undefined) return undefined;
  return `it needs network interfaces with ${inWords(several)} queues, for which a tap is needed, and ${obstacle}.`;
}

const leastQueues = (space: CountSpace = ONE): number => Math.min(...space.map(({ minimum }) => minimum));
const ONE: CountSpace = [{ minimum: 1, maximum: 1 }];

/** The smallest number that is allowed and can be had, or the largest where that is asked for. */
function pickNumber(node: NodeSpace | undefined, first: number): number | undefined {
  const space = node?.networkInterface?.nicCount;
  if (space === undefined) return first;
  const most = mostNics(first);
  const possible = space
    .map(({ minimum, maximum }) => [Math.max(minimum, first), Math.min(maximum, most)] as const)
    .filter(([low, high]) => low <= high);
  if (possible.length === 0) return undefined;
  return space.some(({ choosesLargest }) => choosesLargest === true)
    ? Math.max(...possible.map(([, high]) => high))
    : Math.min(...possible.map(([low]) => low));
}

const inWords = (space: CountSpace = ONE): string =>
  space
    .map(({ minimum, maximum }) => {
      if (minimum === maximum) return `${minimum}`;
      return Number.isFinite(maximum) ? `${minimum} to ${maximum}` : `${minimum} or more`;
    })
    .join(", or ");
