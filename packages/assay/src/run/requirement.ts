import { nodesOf, requirementOn } from "../plan/case-requirement.ts";
import { describedNodes, type WantedNodes } from "../plan/described.ts";
import { listedEnvironments, type Machines, unfitReason } from "../plan/predefined.ts";
import { pickCount } from "../plan/space/count.ts";
import { impliesNode } from "../plan/space/node.ts";
import type { EnvironmentRequirement, Platform } from "../platforms/platform.ts";
import { type CountSpace, smallestCount } from "../runbook/requirement.ts";
import type { Case } from "../suite/suite.ts";

/** What `testCase` needs of an environment in single numbers: the smallest that will do, unless the case wants the largest. */
export function requirementOf(testCase: Pick<Case, "requires">, runbook: Machines = {}): EnvironmentRequirement {
  const { nodes, names } = neededNodes(testCase, runbook);
  const machines = nodes.map((node, index) => ({
    name: names[index] ?? "",
    cores: pickedOf(node.coreCount),
    memoryMb: pickedOf(node.memoryMb),
  }));
  return {
    nodeCount: nodes.length,
    cores: Math.max(...machines.map(({ cores }) => cores)),
    memoryMb: Math.max(...machines.map(({ memoryMb }) => memoryMb)),
    features: [...new Set(nodes.flatMap((node) => (node.features ?? []).map(({ name }) => name)))],
    coldBoot: testCase.requires.coldBoot ?? false,
    ...(testCase.requires.remote === true && { remote: true }),
    nodes,
    machines,
  };
}

/** What is asked of an environment of so many nodes whose guests the cases get: what the runbook says of the machines. */
export function hostRequirement(runbook: Machines, nodeCount: number): EnvironmentRequirement {
  if (runbook.platform === undefined) return requirementOf({ requires: { nodes: nodeCount } }, runbook);
  const { guests: _guests, ...platform } = runbook.platform;
  return requirementOf({ requires: { nodes: nodeCount } }, { ...runbook, platform });
}

/**
 * What the platform requires is about the environments it makes as cases need them, and means nothing where it
 * contradicts the case. An environment that the runbook describes is made as a whole, also for a case that needs less.
 */
function neededNodes({ requires }: Pick<Case, "requires">, runbook: Machines): WantedNodes {
  const own = nodesOf(requires);
  // What a runbook says of machines is about those around the guests.
  if (runbook.platform?.guests !== undefined) return { nodes: own, names: [] };
  const described = describedNodes(runbook, own);
  if (described !== undefined) return described;
  if (runbook.platform === undefined || listedEnvironments(runbook).length > 0) return { nodes: own, names: [] };
  const required = requirementOn(requires, runbook.platform);
  return { nodes: required.ok ? required.nodes : own, names: [] };
}

const pickedOf = (space: CountSpace | undefined): number =>
  space === undefined ? 0 : (pickCount(space) ?? smallestCount(space));

/** Why `platform` cannot serve `testCase` with what `runbook` gives it, for the skip reason; undefined when it can. */
export function refusal(
  platform: Pick<Platform, "type" | "refuse">,
  testCase: Case,
  runbook: Machines = {},
): string | undefined {
  const hasGuests = runbook.platform?.guests !== undefined;
  if (testCase.requires.remote === true && platform.type === "local" && !hasGuests) {
    return "The case reboots or changes its machine, and this is the machine assay runs on.";
  }
  return platform.refuse(requirementOf(testCase, runbook)) ?? unfitReason(runbook)(testCase);
}

/** True when an environment made for `made` also serves `wanted`. */
export function serves(made: EnvironmentRequirement, wanted: EnvironmentRequirement): boolean {
  const { nodes = [] } = made;
  return (
    made.nodeCount === wanted.nodeCount &&
    made.cores >= wanted.cores &&
    made.memoryMb >= wanted.memoryMb &&
    made.coldBoot === wanted.coldBoot &&
    (wanted.remote !== true || made.remote === true) &&
    wanted.features.every((feature) => made.features.includes(feature)) &&
    (wanted.nodes ?? []).every((node, index) => impliesNode(nodes[index] ?? {}, node))
  );
}
