import type { SetSpace } from "../../runbook/requirement.ts";
import type { Aspect } from "./aspect.ts";
import { anyOf, type Reason } from "./reason.ts";
import { checkSet, intersectSet, pickSet } from "./set.ts";

interface SetRules<T> {
  /** Key of the runbook language. */
  readonly key: string;
  /** What the values are, such as `type of the system disk`. */
  readonly noun: string;
  /** Values in the order in which they are preferred; the cheapest first. */
  readonly preference: readonly T[];
}

/** The aspect of a set of values held in `field`, of which one is enough. A capability that does not say has any. */
export function setAspect<K extends string, T extends string | number | boolean>(
  field: K,
  { key, noun, preference }: SetRules<T>,
): Aspect<{ readonly [P in K]?: SetSpace<T> }> {
  type Space = { readonly [P in K]?: SetSpace<T> };
  const holding = (space: SetSpace<T> | undefined): Space => (space === undefined ? {} : { [field]: space }) as Space;
  const meets = ({ [field]: wanted }: Space, { [field]: held }: Space): boolean =>
    held === undefined || checkSet(wanted, held);
  const reason = (needs: SetSpace<T>, has: SetSpace<T>): Reason => ({
    key,
    needs: `${noun} ${anyOf(needs)}`,
    has: `${noun} ${anyOf(has)}`,
  });
  const join: Aspect<Space>["join"] = ({ [field]: left }, { [field]: right }) => {
    if (left === undefined || right === undefined) return { ok: true, space: holding(left ?? right) };
    const both = intersectSet(left, right);
    return both === undefined ? { ok: false, reasons: [reason(left, right)] } : { ok: true, space: holding(both) };
  };
  return {
    meets,
    reasons(requirement, capability) {
      const joined = join(requirement, capability);
      return joined.ok ? [] : joined.reasons;
    },
    narrow(requirement, capability) {
      const joined = join(requirement, capability);
      return joined.ok ? joined.space : {};
    },
    join,
    implies: ({ [field]: made }, { [field]: wanted }) =>
      wanted === undefined || (made?.every((item) => wanted.includes(item)) ?? false),
    choose({ [field]: space }) {
      const value = space === undefined ? undefined : pickSet(space, preference);
      return { ok: true, space: holding(value === undefined ? undefined : [value]) };
    },
    identity: ({ [field]: space }) => (space === undefined ? "" : JSON.stringify(space.toSorted())),
  };
}
