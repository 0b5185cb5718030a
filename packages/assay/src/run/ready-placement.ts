import { candidateOf, type Machines } from "../plan/predefined.ts";
import { checkEnvironment } from "../plan/space/environment.ts";
import type { Placement } from "../platforms/ready/ready-platform.ts";
import type { NodeSettings } from "../runbook/environment-types.ts";
import { exactly } from "../suite/count.ts";

/**
 * Chooses machines by what the runbook says they have, and by what they were found to have once that is known. The
 * environments are those of `readyNodes`, in the same order.
 */
export function readyPlacement({ environment }: Machines): Placement {
  const there = (environment?.environments ?? [])
    .map(({ name, nodes }) => ({ name, nodes: nodes.filter(isThere) }))
    .filter(({ nodes }) => nodes.length > 0)
    .map((environment) => ({ ...candidateOf(environment), isLocal: localPlaces(environment.nodes) }));
  return (index, { nodes: wanted = [], remote = false }, measured) => {
    const candidate = there[index];
    if (candidate === undefined) return undefined;
    // The default node is the one a case gets first; another one in its place would not be what was asked for.
    if (remote && candidate.isOrderFixed === true && candidate.isLocal[0] === true) return undefined;
    const offered = candidate.nodes.flatMap((node, at) => {
      if (remote && candidate.isLocal[at] === true) return [];
      const found = measured?.[at];
      if (found === undefined) return [{ at, node }];
      return [{ at, node: { ...node, coreCount: exactly(found.cores), memoryMb: exactly(found.memoryMb) } }];
    });
    const assignment = checkEnvironment({ nodes: wanted }, { ...candidate, nodes: offered.map(({ node }) => node) });
    return assignment.ok ? assignment.places.flatMap((place) => offered[place]?.at ?? []) : undefined;
  };
}

const isThere = ({ type }: NodeSettings): boolean => type === "remote" || type === "local";

/** Which of the nodes, the default one first, are the machine assay runs on. */
const localPlaces = (nodes: readonly NodeSettings[]): readonly boolean[] =>
  nodes.toSorted((left, right) => Number(right.isDefault) - Number(left.isDefault)).map(({ type }) => type === "local");
