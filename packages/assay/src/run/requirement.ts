import { nodesOf, requirementOn } from "../plan/case-requirement.ts";
import { listedEnvironments, type Machines, unfitReason } from "../plan/predefined.ts";
import { pickCount } from "../plan/space/count.ts";
import { impliesNode } from "../plan/space/node.ts";
import type { EnvironmentRequirement, Platform } from "../platforms/platform.ts";
import { type CountSpace, type NodeSpace, smallestCount } from "../runbook/requirement.ts";
import type { Case } from "../suite/suite.ts";

/** What `testCase` needs of an environment in single numbers: the smallest that will do, unless the case wants the largest. */
export function requirementOf(testCase: Pick<Case, "requires">, runbook: Machines = {}): EnvironmentRequirement {
  const nodes = neededNodes(testCase, runbook);
  const most = (count: (node: NodeSpace) => CountSpace | undefined): number =>
    Math.max(...nodes.map((node) => pickedOf(count(node))));
  return {
    nodeCount: nodes.length,
    cores: most((node) => node.coreCount),
    memoryMb: most((node) => node.memoryMb),
    features: [...new Set(nodes.flatMap((node) => (node.features ?? []).map(({ name }) => name)))],
    coldBoot: testCase.requires.coldBoot ?? false,
    nodes,
  };
}

/** What the platform requires is about the environments it makes, and means nothing where it contradicts the case. */
function neededNodes({ requires }: Pick<Case, "requires">, runbook: Machines): readonly NodeSpace[] {
  if (runbook.platform === undefined || listedEnvironments(runbook).length > 0) return nodesOf(requires);
  const required = requirementOn(requires, runbook.platform);
  return required.ok ? required.nodes : nodesOf(requires);
}

const pickedOf = (space: CountSpace | undefined): number =>
  space === undefined ? 0 : (pickCount(space) ?? smallestCount(space));

/** Why `platform` cannot serve `testCase` with what `runbook` gives it, for the skip reason; undefined when it can. */
export function refusal(
  platform: Pick<Platform, "type" | "refuse">,
  testCase: Case,
  runbook: Machines = {},
): string | undefined {
  if (testCase.requires.remote === true && platform.type === "local") {
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
    wanted.features.every((feature) => made.features.includes(feature)) &&
    (wanted.nodes ?? []).every((node, index) => impliesNode(nodes[index] ?? {}, node))
  );
}
