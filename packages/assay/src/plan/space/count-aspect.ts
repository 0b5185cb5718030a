import type { CountSpace } from "../../runbook/requirement.ts";
import type { Aspect } from "./aspect.ts";
import { checkCount, intersectCount, normalCount, pickCount } from "./count.ts";
import { countInWords, type Reason } from "./reason.ts";

interface CountRules {
  /** Key of the runbook language. */
  readonly key: string;
  /** What is counted, in the plural, such as `processors`. */
  readonly noun: string;
  /** What a capability has that does not say; without it such a capability meets no requirement. */
  readonly unknown?: CountSpace;
}

/** The aspect of a number held in `field`. */
export function countAspect<K extends string>(
  field: K,
  { key, noun, unknown }: CountRules,
): Aspect<{ readonly [P in K]?: CountSpace }> {
  type Space = { readonly [P in K]?: CountSpace };
  const holding = (space: CountSpace | undefined): Space => (space === undefined ? {} : { [field]: space }) as Space;
  const heldBy = (capability: Space): CountSpace | undefined => capability[field] ?? unknown;
  const words = (space: CountSpace | undefined): string =>
    space === undefined ? `an unknown number of ${noun}` : `${countInWords(space)} ${noun}`;
  const reason = (needs: CountSpace | undefined, has: CountSpace | undefined): Reason => ({
    key,
    needs: words(needs),
    has: words(has),
  });
  return {
    meets: (requirement, capability) => checkCount(requirement[field], heldBy(capability)),
    reasons: (requirement, capability) =>
      checkCount(requirement[field], heldBy(capability)) ? [] : [reason(requirement[field], heldBy(capability))],
    narrow(requirement, capability) {
      const [wanted, held] = [requirement[field], heldBy(capability)];
      return holding(wanted === undefined || held === undefined ? (wanted ?? held) : intersectCount(wanted, held));
    },
    join({ [field]: left }, { [field]: right }) {
      if (left === undefined || right === undefined) return { ok: true, space: holding(left ?? right) };
      const both = intersectCount(left, right);
      return both === undefined ? { ok: false, reasons: [reason(left, right)] } : { ok: true, space: holding(both) };
    },
    choose({ [field]: space }) {
      if (space === undefined) return { ok: true, space: {} };
      const count = pickCount(space);
      if (count !== undefined) return { ok: true, space: holding([{ minimum: count, maximum: count }]) };
      return { ok: false, reasons: [{ key, needs: `the largest number of ${noun}`, has: "no upper bound" }] };
    },
    identity({ [field]: space }) {
      return space === undefined ? "" : JSON.stringify(normalCount(space));
    },
  };
}
