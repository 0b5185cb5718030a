import { MOST_NODES, type NodeSpace, smallestCount } from "../runbook/requirement.ts";
import type { GuestSettings } from "../runbook/types.ts";
import { OPEN_CAPABILITY } from "./space/node.ts";

/**
 * What the guests of `hosts` claim to have, in the order in which cases get them: the first guest of each host, then the
 * second. A guest has what its host has (unless `use_parent_capability` is off) but for what its entry says itself.
 */
export function guestSpaces(hosts: readonly NodeSpace[], guests: readonly GuestSettings[]): readonly NodeSpace[] {
  const entries = guests.flatMap((guest) => Array.from({ length: guestCount(guest) }, () => guest));
  return entries.flatMap(({ capability = {}, settings }) => {
    const { nodeCount: _count, ...own } = capability;
    return hosts.map((host) => ({ ...(settings.use_parent_capability === false ? OPEN_CAPABILITY : host), ...own }));
  });
}

/** How many guests an entry stands for on each node: `capability.node_count`, the smallest of a range. */
export function guestCount({ capability }: Pick<GuestSettings, "capability">): number {
  const count = capability?.nodeCount;
  return count === undefined ? 1 : Math.min(smallestCount(count), MOST_NODES);
}
