import { nodesOf, requirementOn } from "../plan/case-requirement.ts";
import { pickCount } from "../plan/space/count.ts";
import type { EnvironmentRequirement, Platform } from "../platforms/platform.ts";
import type { CountSpace } from "../runbook/requirement.ts";
import type { PlatformSettings } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";

type Required = Pick<PlatformSettings, "requirement" | "ignoredCapability">;

/** What `testCase` needs of an environment in single numbers: the smallest that will do, unless the case wants the largest. */
export function requirementOf({ requires }: Pick<Case, "requires">, settings: Required = {}): EnvironmentRequirement {
  const required = requirementOn(requires, settings);
  const nodes = required.ok ? required.nodes : nodesOf(requires);
  const most = (count: (node: (typeof nodes)[number]) => CountSpace | undefined): number =>
    Math.max(...nodes.map((node) => pickedOf(count(node))));
  return {
    nodeCount: nodes.length,
    cores: most((node) => node.coreCount),
    memoryMb: most((node) => node.memoryMb),
    features: [...new Set(nodes.flatMap((node) => (node.features ?? []).map(({ name }) => name)))],
    coldBoot: requires.coldBoot ?? false,
  };
}

const pickedOf = (space: CountSpace = []): number =>
  pickCount(space) ?? Math.min(...space.map(({ minimum }) => minimum));

/** Why `platform` cannot serve `testCase`, for its skip reason; undefined when it can. */
export function refusal(platform: Platform, testCase: Case, settings: Required = {}): string | undefined {
  if (testCase.requires.remote === true && platform.type === "local") {
    return "The case reboots or changes its machine, and this is the machine assay runs on.";
  }
  const required = requirementOn(testCase.requires, settings);
  return required.ok ? platform.refuse(requirementOf(testCase, settings)) : required.reasons.join(" ");
}

/** True when an environment made for `made` also serves `wanted`. */
export function serves(made: EnvironmentRequirement, wanted: EnvironmentRequirement): boolean {
  return (
    made.nodeCount === wanted.nodeCount &&
    made.cores >= wanted.cores &&
    made.memoryMb >= wanted.memoryMb &&
    made.coldBoot === wanted.coldBoot &&
    wanted.features.every((feature) => made.features.includes(feature))
  );
}
