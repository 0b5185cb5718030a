import { candidateOf, type Machines } from "../plan/predefined.ts";
import { checkEnvironment } from "../plan/space/environment.ts";
import type { Placement } from "../platforms/ready/ready-platform.ts";
import { exactly } from "../suite/count.ts";

/**
 * Chooses machines by what the runbook says they have, and by what they were found to have once that is known. The
 * environments are those of `readyNodes`, in the same order.
 */
export function readyPlacement({ environment }: Machines): Placement {
  const there = (environment?.environments ?? [])
    .map(({ name, nodes }) => ({ name, nodes: nodes.filter(({ type }) => type === "remote") }))
    .filter(({ nodes }) => nodes.length > 0)
    .map(candidateOf);
  return (index, { nodes: wanted = [] }, measured) => {
    const candidate = there[index];
    if (candidate === undefined) return undefined;
    const nodes = candidate.nodes.map((node, at) => {
      const found = measured?.[at];
      return found === undefined
        ? node
        : { ...node, coreCount: exactly(found.cores), memoryMb: exactly(found.memoryMb) };
    });
    const assignment = checkEnvironment({ nodes: wanted }, { ...candidate, nodes });
    return assignment.ok ? assignment.places : undefined;
  };
}
