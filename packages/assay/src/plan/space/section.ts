import { type Aspect, checkAll, chooseAll, identityOf, type Joined, joinAll, narrowAll } from "./aspect.ts";

/** The aspect of a part with aspects of its own, such as the disks of a node. A capability without it meets no requirement of it. */
export function sectionAspect<K extends string, S extends object>(
  field: K,
  rules: { readonly key: string; readonly noun: string; readonly aspects: readonly Aspect<S>[] },
): Aspect<{ readonly [P in K]?: S }> {
  const { key, noun, aspects } = rules;
  type Space = { readonly [P in K]?: S };
  const holding = (part: S | undefined): Space => (part === undefined ? {} : { [field]: part }) as Space;
  const held = (joined: Joined<S>): Joined<Space> =>
    joined.ok
      ? { ok: true, space: holding(joined.space) }
      : { ok: false, reasons: joined.reasons.map((reason) => ({ ...reason, key: `${key}.${reason.key}` })) };
  const reasons: Aspect<Space>["reasons"] = ({ [field]: wanted }, { [field]: has }) => {
    if (wanted === undefined) return [];
    if (has === undefined) return [{ key, needs: noun, has: `no known ${noun}` }];
    return checkAll(aspects, wanted, has).map((reason) => ({ ...reason, key: `${key}.${reason.key}` }));
  };
  return {
    reasons,
    meets({ [field]: wanted }, { [field]: has }) {
      if (wanted === undefined) return true;
      return has !== undefined && aspects.every((aspect) => aspect.meets(wanted, has));
    },
    narrow({ [field]: wanted }, { [field]: has }) {
      if (wanted === undefined || has === undefined) return holding(wanted ?? has);
      const narrowed = narrowAll(aspects, wanted, has);
      return holding(narrowed.ok ? narrowed.space : wanted);
    },
    join({ [field]: left }, { [field]: right }) {
      if (left === undefined || right === undefined) return { ok: true, space: holding(left ?? right) };
      return held(joinAll(aspects, left, right));
    },
    implies({ [field]: made }, { [field]: wanted }) {
      if (wanted === undefined) return true;
      return made !== undefined && aspects.every((aspect) => aspect.implies(made, wanted));
    },
    choose({ [field]: part }) {
      return part === undefined ? { ok: true, space: {} } : held(chooseAll(aspects, part));
    },
    identity: ({ [field]: part }) => (part === undefined ? "" : `{${identityOf(aspects, part)}}`),
  };
}
