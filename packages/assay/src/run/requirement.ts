import type { EnvironmentRequirement, Platform } from "../platforms/platform.ts";
import type { Case } from "../suite/suite.ts";

/** What `testCase` needs of an environment. One node, one core and 512 MiB where it does not say (upstream's defaults). */
export function requirementOf(testCase: Case): EnvironmentRequirement {
  const { requires } = testCase;
  return {
    nodeCount: requires.nodes ?? 1,
    cores: requires.cores ?? 1,
    memoryMb: requires.memoryMb ?? 512,
    features: (requires.features ?? []).map((feature) => feature.name),
    coldBoot: requires.coldBoot ?? false,
  };
}

/** Why `platform` cannot serve `testCase`, for its skip reason; undefined when it can. */
export function refusal(platform: Platform, testCase: Case): string | undefined {
  if (testCase.requires.remote === true && platform.type === "local") {
    return "The case reboots or changes its machine, and this is the machine assay runs on.";
  }
  return platform.refuse(requirementOf(testCase));
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
