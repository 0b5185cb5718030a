import { guestCount } from "../plan/guests.ts";
import type { DeployContext, EnvironmentRequirement, LeftBehind, Platform } from "../platforms/platform.ts";
import { GUESTS_MARK, type GuestsOrder, makeGuests } from "./make-guests.ts";

export interface GuestPlatformOptions extends GuestsOrder {
  /** What is asked of the environment around the guests when it has so many nodes. */
  readonly hostRequirement: (nodeCount: number) => EnvironmentRequirement;
}

/**
 * A platform whose environments have guests on each node, in which the cases run. The machines themselves are those the
 * platform's own requirement asks for, as many as the guests need; whether the guests suit a case is for the runbook to
 * say and is found when they are up.
 */
export function guestPlatform(platform: Platform, options: GuestPlatformOptions): Platform {
  const perNode = options.guests.map(guestCount).reduce((sum, count) => sum + count, 0);
  const around = ({ nodeCount }: EnvironmentRequirement): EnvironmentRequirement =>
    options.hostRequirement(Math.max(1, Math.ceil(nodeCount / Math.max(1, perNode))));
  return {
    type: platform.type,
    // Guests are dear wherever their nodes come from.
    isPristineCheap: false,
    maxEnvironments: platform.maxEnvironments,
    refuse(requirement) {
      const [feature] = requirement.features;
      if (feature !== undefined) return `It needs feature '${feature}', which guests do not have.`;
      if (requirement.coldBoot) return "It needs a machine that was just switched on; guests are up already.";
      const reason = platform.refuse(around(requirement));
      return reason && `${reason} Its ${requirement.nodeCount} nodes would be guests, ${perNode} on each machine.`;
    },
    ...(platform.hostCost === undefined
      ? {}
      : { hostCost: (requirement) => platform.hostCost?.(around(requirement)) ?? { memoryMb: 0, cpus: 0 } }),
    removeLeftBehind: async (left) => (await platform.removeLeftBehind?.(withHosts(left))) ?? [],
    prepare: ({ firstRequirement: first, ...context }) =>
      platform.prepare({ ...context, ...(first !== undefined && { firstRequirement: around(first) }) }),
    deploy: (requirement, context) => platform.deploy(around(requirement), context),
    inhabit: (environment, context: DeployContext) => makeGuests(environment, options, context),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

/** The same with the environments around those that cases ran on: the platform knows them under their own names. */
const withHosts = (left: LeftBehind): LeftBehind => ({
  ...left,
  environments: left.environments.map((name) =>
    name.endsWith(GUESTS_MARK) ? name.slice(0, -GUESTS_MARK.length) : name,
  ),
});
