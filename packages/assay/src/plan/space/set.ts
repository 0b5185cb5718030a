import type { SetSpace } from "../../runbook/requirement.ts";

type Item = string | number | boolean;

/** True when a value is in both. A requirement of none is always met; a capability of none meets nothing else. */
export function checkSet<T extends Item>(
  requirement: SetSpace<T> | undefined,
  capability: SetSpace<T> | undefined,
): boolean {
  if (requirement === undefined) return true;
  return capability !== undefined && requirement.some((item) => capability.includes(item));
}

/** The values in both, in the order of `left`; undefined when there is none. */
export function intersectSet<T extends Item>(left: SetSpace<T>, right: SetSpace<T>): SetSpace<T> | undefined {
  const common = left.filter((item) => right.includes(item));
  return common.length === 0 ? undefined : common;
}

/** The value that `preference` names first; without one in it the first of the space. */
export function pickSet<T extends Item>(space: SetSpace<T>, preference: readonly Item[] = []): T | undefined {
  return (
    space.find((item) => item === preference.find((preferred) => space.some((held) => held === preferred))) ?? space[0]
  );
}
