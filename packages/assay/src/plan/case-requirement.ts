import type { FeatureSpace, NodeSpace } from "../runbook/requirement.ts";
import type { PlatformSettings } from "../runbook/types.ts";
import { atLeast, type Count } from "../suite/count.ts";
import type { CaseRequirement, DiskNeed, FeatureNeed, NetworkNeed, NodeNeed } from "../suite/requirement.ts";
import { type AddedRequirement, addRequirement } from "./space/add-requirement.ts";

/** Upstream's default of a node without a requirement. */
const DEFAULT_MEMORY_MB = 512;

/** What `requires` asks of each node, one entry a node. A bare number asks for so many or more. */
export function nodesOf(requires: CaseRequirement): readonly NodeSpace[] {
  const { nodes = 1 } = requires;
  if (typeof nodes !== "number") return nodes.map((own) => nodeOf({ ...requires, ...own }));
  const node = nodeOf(requires);
  return Array.from({ length: nodes }, () => node);
}

function nodeOf({ cores, memoryMb, gpus, disk, network, features = [], excludedFeatures = [] }: NodeNeed): NodeSpace {
  return {
    coreCount: countSpace(cores ?? 1),
    memoryMb: countSpace(memoryMb ?? DEFAULT_MEMORY_MB),
    ...(gpus !== undefined && { gpuCount: countSpace(gpus) }),
    ...(disk !== undefined && { disk: diskSpace(disk) }),
    ...(network !== undefined && { networkInterface: networkSpace(network) }),
    ...(features.length > 0 && { features: features.map(featureSpace) }),
    ...(excludedFeatures.length > 0 && { excludedFeatures: excludedFeatures.map(featureSpace) }),
  };
}

type PlatformNeed = Pick<PlatformSettings, "requirement" | "ignoredCapability">;

/** A plan asks first whether a case can be served and then with what; both are one computation. */
const known = new WeakMap<PlatformNeed, WeakMap<CaseRequirement, AddedRequirement>>();

/**
 * What the environment made for a case must have: the case's own requirement without the features the platform ignores,
 * together with what the platform requires of every machine; or why both cannot be had at once.
 */
export function requirementOn(requires: CaseRequirement, platform: PlatformNeed): AddedRequirement {
  const onPlatform = known.get(platform) ?? new WeakMap<CaseRequirement, AddedRequirement>();
  known.set(platform, onPlatform);
  const required = onPlatform.get(requires) ?? computeRequirement(requires, platform);
  onPlatform.set(requires, required);
  return required;
}

function computeRequirement(requires: CaseRequirement, platform: PlatformNeed): AddedRequirement {
  const ignored = new Set(platform.ignoredCapability?.map((name) => name.toLowerCase()));
  const own = nodesOf(requires).map((node) => withoutIgnored(node, ignored));
  return platform.requirement === undefined ? { ok: true, nodes: own } : addRequirement(own, platform.requirement);
}

function withoutIgnored(node: NodeSpace, ignored: ReadonlySet<string>): NodeSpace {
  if (ignored.size === 0) return node;
  const { features, excludedFeatures, ...rest } = node;
  const heeded = (all: NodeSpace["features"] = []) => all.filter(({ name }) => !ignored.has(name.toLowerCase()));
  const [wanted, unwanted] = [heeded(features), heeded(excludedFeatures)];
  return {
    ...rest,
    ...(wanted.length > 0 && { features: wanted }),
    ...(unwanted.length > 0 && { excludedFeatures: unwanted }),
  };
}

const countSpace = (count: Count): NonNullable<NodeSpace["coreCount"]> =>
  typeof count === "number" ? atLeast(count) : count;

const setSpace = <T extends string | number | boolean>(value: T | readonly T[]): readonly T[] =>
  typeof value === "object" ? value : [value];

function diskSpace(disk: DiskNeed): NonNullable<NodeSpace["disk"]> {
  return {
    ...(disk.osDiskType !== undefined && { osDiskType: setSpace(disk.osDiskType) }),
    ...(disk.osDiskSize !== undefined && { osDiskSize: countSpace(disk.osDiskSize) }),
    ...(disk.dataDiskType !== undefined && { dataDiskType: setSpace(disk.dataDiskType) }),
    ...(disk.dataDiskCount !== undefined && { dataDiskCount: countSpace(disk.dataDiskCount) }),
    ...(disk.dataDiskIops !== undefined && { dataDiskIops: countSpace(disk.dataDiskIops) }),
    ...(disk.dataDiskThroughput !== undefined && { dataDiskThroughput: countSpace(disk.dataDiskThroughput) }),
    ...(disk.dataDiskSize !== undefined && { dataDiskSize: countSpace(disk.dataDiskSize) }),
    ...(disk.maxDataDiskCount !== undefined && { maxDataDiskCount: countSpace(disk.maxDataDiskCount) }),
    ...(disk.controller !== undefined && { controller: setSpace(disk.controller) }),
  };
}

function networkSpace(network: NetworkNeed): NonNullable<NodeSpace["networkInterface"]> {
  return {
    ...(network.dataPath !== undefined && { dataPath: setSpace(network.dataPath) }),
    ...(network.nicCount !== undefined && { nicCount: countSpace(network.nicCount) }),
    ...(network.maxNicCount !== undefined && { maxNicCount: countSpace(network.maxNicCount) }),
    ...(network.maxQueueCount !== undefined && { maxQueueCount: countSpace(network.maxQueueCount) }),
  };
}

function featureSpace({ name, settings = {} }: FeatureNeed): FeatureSpace {
  const spaces = Object.entries(settings).map(([key, value]) => [key, setSpace(value)] as const);
  return { name, settings: Object.fromEntries(spaces) };
}
