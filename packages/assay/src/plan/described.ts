import type { EnvironmentSettings, WantedNodeSettings } from "../runbook/environment-types.ts";
import type { NodeSpace } from "../runbook/requirement.ts";
import type { Runbook } from "../runbook/types.ts";
import { type Candidate, type Match, matcher } from "./match.ts";
import { costOf } from "./space/cost.ts";
import { checkEnvironment } from "./space/environment.ts";
import { joinNodes, OPEN_CAPABILITY } from "./space/node.ts";

/** Platforms that make machines as a runbook describes them. */
const MAKING: readonly string[] = ["qemu", "libvirt"];

type Described = Partial<Pick<Runbook, "platform" | "environment">>;

/** An environment that the platform makes as the runbook describes it, each time a case needs one. */
interface DescribedEnvironment {
  readonly candidate: Candidate;
  /** In the order of the candidate's nodes. */
  readonly nodes: readonly WantedNodeSettings[];
}

/** Nodes to be made, and the names the runbook has for them, in the same order; empty ones where it has none. */
export interface WantedNodes {
  readonly nodes: readonly NodeSpace[];
  readonly names: readonly string[];
}

/** The environments of which every node is asked for by a requirement. */
function describedEnvironments({ platform, environment }: Described): readonly DescribedEnvironment[] {
  if (platform === undefined || !MAKING.includes(platform.type)) return [];
  return (environment?.environments ?? []).flatMap((settings) => {
    const nodes = wantedOf(settings);
    if (nodes.length === 0) return [];
    const spaces = nodes.map(({ requirement }) => withoutFeatures({ ...OPEN_CAPABILITY, ...requirement }));
    const candidate = {
      name: `environment '${settings.name}'`,
      cost: costOf(spaces),
      nodes: spaces,
      isOrderFixed: nodes.some(({ isDefault }) => isDefault),
    };
    return [{ candidate, nodes }];
  });
}

type Finder = (own: readonly NodeSpace[]) => Match<Candidate>;

const known = new WeakMap<Described, Finder | undefined>();

/** Finds the described environments that can serve a requirement; undefined where the runbook describes none. */
export function describedFinder(runbook: Described): Finder | undefined {
  if (known.has(runbook)) return known.get(runbook);
  const described = describedEnvironments(runbook);
  const match = matcher(described.map(({ candidate }) => candidate));
  const finder: Finder | undefined = described.length === 0 ? undefined : (own) => match(own.map(withoutFeatures));
  known.set(runbook, finder);
  return finder;
}

/**
 * The nodes of the cheapest described environment that serves `own`: its first ones with what both ask for, the others
 * as they are described. Undefined when none serves it.
 */
export function describedNodes(runbook: Described, own: readonly NodeSpace[]): WantedNodes | undefined {
  const best = describedFinder(runbook)?.(own).best;
  const environment = describedEnvironments(runbook).find(({ candidate }) => candidate.name === best?.name);
  if (best === undefined || environment === undefined) return undefined;
  const assignment = checkEnvironment({ nodes: own.map(withoutFeatures) }, best);
  if (!assignment.ok) return undefined;
  const { places } = assignment;
  const order = [...places, ...environment.nodes.keys().filter((place) => !places.includes(place))];
  const wanted = order.flatMap((place) => environment.nodes[place] ?? []);
  return {
    nodes: wanted.map(({ requirement }, index) => {
      const joined = joinNodes(own[index] ?? {}, requirement);
      const { platformSections } = requirement;
      if (!joined.ok) return requirement;
      return platformSections === undefined ? joined.space : { ...joined.space, platformSections };
    }),
    names: wanted.map(({ name }) => name),
  };
}

function wantedOf({ nodes }: EnvironmentSettings): readonly WantedNodeSettings[] {
  const wanted = nodes.filter((node) => node.type === "requirement");
  if (wanted.length < nodes.length) return [];
  return wanted.toSorted((left, right) => Number(right.isDefault) - Number(left.isDefault));
}

/** Which features a machine will have, its platform knows; it is asked for them apart. */
function withoutFeatures({ features: _features, excludedFeatures: _excluded, ...space }: NodeSpace): NodeSpace {
  return space;
}
