import { type NodeSpace, smallestCount } from "../../runbook/requirement.ts";
import { pickCount } from "./count.ts";

/** Upstream's measure: a graphics processor is as dear as a hundred processors. */
const COST_OF_GPU = 100;

/** Cost of concrete nodes, or the least cost of nodes with ranges: a point a processor, a hundred a graphics processor. */
export function costOf(nodes: readonly NodeSpace[]): number {
  return nodes.reduce((sum, { nodeCount, coreCount, gpuCount }) => {
    const each = smallest(coreCount) + COST_OF_GPU * smallest(gpuCount);
    return sum + each * (nodeCount === undefined ? 1 : smallestCount(nodeCount));
  }, 0);
}

const smallest = (space: NodeSpace["coreCount"]): number => (space === undefined ? 0 : (pickCount(space) ?? 0));
