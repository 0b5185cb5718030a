import { MOST_NODES, type NodeSpace, smallestCount } from "../../runbook/requirement.ts";
import type { Joined } from "./aspect.ts";
import { assignNodes } from "./assign.ts";
import { checkNode, chooseNode, intersectNode } from "./node.ts";
import type { Reason } from "./reason.ts";

/** Machines that belong together: what a case asks for, or what there is. */
export interface EnvironmentSpace {
  /** A node with a `nodeCount` stands for that many equal ones (the minimum of its range). */
  readonly nodes: readonly NodeSpace[];
  /** True when each requirement is for the node of its own place, as where a node is the default one. */
  readonly isOrderFixed?: boolean;
}

/** The number of single nodes. */
export const nodeCountOf = ({ nodes }: EnvironmentSpace): number =>
  nodes.reduce((count, { nodeCount }) => count + (nodeCount === undefined ? 1 : smallestCount(nodeCount)), 0);

/** Every node on its own. At most `MOST_NODES`, whatever the counts say. */
export function singleNodes(environment: EnvironmentSpace): readonly NodeSpace[] {
  if (nodeCountOf(environment) === environment.nodes.length) return environment.nodes;
  return environment.nodes.flatMap(({ nodeCount, ...node }) =>
    Array.from({ length: nodeCount === undefined ? 1 : Math.min(smallestCount(nodeCount), MOST_NODES) }, () => node),
  );
}

/** For each node of a requirement the place of the node that serves it, or why not all can be served. */
export type Assignment =
  | { readonly ok: true; readonly places: readonly number[] }
  | { readonly ok: false; readonly reasons: readonly Reason[] };

/**
 * Finds a node of `capability` for each node of `requirement`: the one in the same place where that fits, else any
 * distinct ones, unless the order is fixed.
 */
export function checkEnvironment(requirement: EnvironmentSpace, capability: EnvironmentSpace): Assignment {
  const [needed, available] = [nodeCountOf(requirement), nodeCountOf(capability)];
  if (needed > Math.min(available, MOST_NODES)) {
    const has = available > MOST_NODES ? `at most ${nodes(MOST_NODES)}` : nodes(available);
    return { ok: false, reasons: [{ key: "node_count", needs: nodes(needed), has }] };
  }
  const [wanted, held] = [singleNodes(requirement), singleNodes(capability)];
  const reasonsAt = wanted.map((node, place) => checkNode(node, held[place] ?? {}));
  if (reasonsAt.every((reasons) => reasons.length === 0)) return { ok: true, places: wanted.map((_, place) => place) };
  const isFixed = requirement.isOrderFixed === true || capability.isOrderFixed === true;
  const places = isFixed
    ? undefined
    : assignNodes(wanted.length, held.length, (from, to) => checkNode(wanted[from] ?? {}, held[to] ?? {}).length === 0);
  if (places !== undefined) return { ok: true, places };
  const reasons = reasonsAt.flatMap((found, place) =>
    wanted.length === 1 ? found : found.map((reason) => ({ ...reason, key: `${place}/${reason.key}`, node: place })),
  );
  return { ok: false, reasons };
}

const nodes = (count: number): string => (count === 1 ? "1 node" : `${count} nodes`);

/** `requirement` narrowed to `capability`, node by node in the order of the requirement. */
export const intersectEnvironment = (
  requirement: EnvironmentSpace,
  capability: EnvironmentSpace,
): Joined<EnvironmentSpace> => eachNode(requirement, capability, intersectNode);

/** Concrete nodes for `requirement` out of `capability`, in the order of the requirement. */
export const chooseEnvironment = (
  requirement: EnvironmentSpace,
  capability: EnvironmentSpace,
): Joined<EnvironmentSpace> => eachNode(requirement, capability, chooseNode);

function eachNode(
  requirement: EnvironmentSpace,
  capability: EnvironmentSpace,
  operation: (wanted: NodeSpace, held: NodeSpace) => Joined<NodeSpace>,
): Joined<EnvironmentSpace> {
  const assignment = checkEnvironment(requirement, capability);
  if (!assignment.ok) return assignment;
  const held = singleNodes(capability);
  const parts = singleNodes(requirement).map((node, index) =>
    operation(node, held[assignment.places[index] ?? index] ?? {}),
  );
  const reasons = parts.flatMap((part) => (part.ok ? [] : part.reasons));
  if (reasons.length > 0) return { ok: false, reasons };
  return { ok: true, space: { nodes: parts.flatMap((part) => (part.ok ? [part.space] : [])) } };
}
