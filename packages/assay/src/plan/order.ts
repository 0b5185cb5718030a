import type { Case } from "../suite/suite.ts";
import type { PlanEntry } from "./plan.ts";

/**
 * What comes first. `cost`: the cheapest environments, and all that one can serve before the next is made. `priority`:
 * the lowest priority number, whatever its environment costs. `fail-fast`: what failed the last time, then priority,
 * then the shortest.
 */
export const SCHEDULE_POLICIES = ["cost", "priority", "fail-fast"] as const;
export type SchedulePolicy = (typeof SCHEDULE_POLICIES)[number];

/** How a case ended in an earlier run. */
export interface PastCase {
  readonly hasFailed: boolean;
  /** Undefined when it did not run. */
  readonly durationMs: number | undefined;
}

export interface PlanOrder {
  readonly policy: SchedulePolicy;
  /** By full name of the case; empty without an earlier run. */
  readonly history: ReadonlyMap<string, PastCase>;
}

export const DEFAULT_ORDER: PlanOrder = { policy: "priority", history: new Map() };

/** Where an entry would run: equal names mean that one environment serves both. */
export interface EntryPlace {
  readonly name: string;
  /** Points; none for what is there already. */
  readonly cost: number;
}

/**
 * Sorts entries as a policy wants it, and gives each its tier: inside a tier an entry that finds an environment ready
 * may start before others, an entry of a later tier may not. Stable: what is equal keeps its order.
 */
export function orderEntries(
  entries: readonly PlanEntry[],
  placeOf: (entry: PlanEntry) => EntryPlace,
  { policy, history }: PlanOrder,
): readonly PlanEntry[] {
  const keyed = entries.map((entry) => ({ entry, ...rankOf(entry, placeOf(entry), policy, history) }));
  return keyed
    .toSorted((left, right) => compareKeys(left.key, right.key))
    .map(({ entry, tier }) => ({ ...entry, tier }));
}

/** Keys with the most significant part first. */
type Key = readonly (number | string)[];

function rankOf(
  entry: PlanEntry,
  place: EntryPlace,
  policy: SchedulePolicy,
  history: PlanOrder["history"],
): { readonly tier: number; readonly key: Key } {
  const { suite, name, priority } = entry.case;
  // What wants a new machine comes first on it; others can follow.
  const machine = [place.cost, bootRank(entry.case), place.name, entry.useNewEnvironment ? 0 : 1];
  switch (policy) {
    case "cost":
      return { tier: 0, key: [...machine, priority, suite.name] };
    case "priority":
      return { tier: priority, key: [priority, ...machine, suite.name] };
    case "fail-fast": {
      const past = history.get(`${suite.name}.${name}`);
      const failed = past?.hasFailed === true ? 0 : 1;
      const lengthMs = past?.durationMs ?? Number.POSITIVE_INFINITY;
      return { tier: failed * PRIORITIES + priority, key: [failed, priority, lengthMs, ...machine, suite.name] };
    }
  }
}

/** More than there are. */
const PRIORITIES = 100;

/** Forked environments first, then cases that reboot the guest, then those that need a machine switched on for them. */
function bootRank({ requires, tags }: Case): number {
  if (requires.coldBoot === true) return 2;
  return tags.includes("reboot") ? 1 : 0;
}

/** Both keys have the same types in the same places. */
function compareKeys(left: Key, right: Key): number {
  for (let index = 0; index < left.length; index++) {
    const [one, other] = [left[index] ?? 0, right[index] ?? 0];
    if (one < other) return -1;
    if (one > other) return 1;
  }
  return 0;
}
