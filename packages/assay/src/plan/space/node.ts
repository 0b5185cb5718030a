import type { NodeSpace } from "../../runbook/requirement.ts";
import { atLeast, exactly } from "../../suite/count.ts";
import { type Aspect, checkAll, chooseAll, identityOf, type Joined, joinAll, narrowAll } from "./aspect.ts";
import { countAspect } from "./count-aspect.ts";
import { DISK_ASPECTS, NETWORK_ASPECTS } from "./disk.ts";
import { excludedFeatures, requiredFeatures } from "./feature.ts";
import type { Reason } from "./reason.ts";
import { sectionAspect } from "./section.ts";

/** All by which one node is told from another. The number of nodes is the environment's. */
export const NODE_ASPECTS: readonly Aspect<NodeSpace>[] = [
  countAspect("coreCount", { key: "core_count", noun: "processors", one: "processor" }),
  countAspect("memoryMb", { key: "memory_mb", noun: "MiB of memory" }),
  countAspect("gpuCount", {
    key: "gpu_count",
    noun: "graphics processors",
    one: "graphics processor",
    unknown: exactly(0),
  }),
  sectionAspect("disk", { key: "disk", noun: "disks", aspects: DISK_ASPECTS }),
  sectionAspect("networkInterface", { key: "network_interface", noun: "network interfaces", aspects: NETWORK_ASPECTS }),
  requiredFeatures,
  excludedFeatures,
];

/** What a node has of which nobody says anything: the defaults of the language, open upwards. */
export const OPEN_CAPABILITY: NodeSpace = {
  nodeCount: exactly(1),
  coreCount: atLeast(1),
  memoryMb: atLeast(512),
  gpuCount: atLeast(0),
};

/** Why a node with `capability` cannot serve `requirement`; empty when it can. */
export const checkNode = (requirement: NodeSpace, capability: NodeSpace): readonly Reason[] =>
  checkAll(NODE_ASPECTS, requirement, capability);

/** `requirement` narrowed to what `capability` has; with the features of the capability, as that is what there will be. */
export const intersectNode = (requirement: NodeSpace, capability: NodeSpace): Joined<NodeSpace> =>
  narrowAll(NODE_ASPECTS, requirement, capability);

/** One concrete node that `capability` can give and that meets `requirement`, the cheapest unless a range asks otherwise. */
export function chooseNode(requirement: NodeSpace, capability: NodeSpace): Joined<NodeSpace> {
  const narrowed = intersectNode(requirement, capability);
  return narrowed.ok ? chooseAll(NODE_ASPECTS, narrowed.space) : narrowed;
}

/** The requirement that asks for everything both ask for. */
export const joinNodes = (left: NodeSpace, right: NodeSpace): Joined<NodeSpace> => joinAll(NODE_ASPECTS, left, right);

/** True when every machine that meets `made` meets `wanted` too. */
export const impliesNode = (made: NodeSpace, wanted: NodeSpace): boolean =>
  NODE_ASPECTS.every((aspect) => aspect.implies(made, wanted));

/** Equal texts for nodes with equal meaning. */
export const identityOfNode = (node: NodeSpace): string => identityOf(NODE_ASPECTS, node);
