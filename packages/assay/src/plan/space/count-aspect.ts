import type { CountSpace } from "../../runbook/requirement.ts";
import type { Aspect } from "./aspect.ts";
import { checkCount, gapBetween, intersectCount, isWithin, normalCount, pickCount } from "./count.ts";
import { countInWords, type Reason } from "./reason.ts";

interface CountRules {
  /** Key of the runbook language. */
  readonly key: string;
  /** What is counted, such as `processors`. */
  readonly noun: string;
  /** The same for just one, where that is another word. */
  readonly one?: string;
  /** What a capability has that does not say: any number, or these; without it such a capability meets no requirement. */
  readonly unknown?: "any" | CountSpace;
}

/** The aspect of a number held in `field`. */
export function countAspect<K extends string>(
  field: K,
  { key, noun, one = noun, unknown }: CountRules,
): Aspect<{ readonly [P in K]?: CountSpace }> {
  type Space = { readonly [P in K]?: CountSpace };
  const holding = (space: CountSpace | undefined): Space => (space === undefined ? {} : { [field]: space }) as Space;
  const heldBy = (capability: Space): CountSpace | undefined =>
    capability[field] ?? (unknown === "any" ? undefined : unknown);
  const meets = (requirement: Space, capability: Space): boolean =>
    (unknown === "any" && capability[field] === undefined) || checkCount(requirement[field], heldBy(capability));
  const words = (space: CountSpace | undefined): string => {
    if (space === undefined) return `an unknown number of ${noun}`;
    return `${countInWords(space)} ${space.at(-1)?.maximum === 1 ? one : noun}`;
  };
  const reason = (needs: CountSpace | undefined, has: CountSpace | undefined): Reason => ({
    key,
    needs: words(needs),
    has: words(has),
    ...(needs !== undefined && has !== undefined && { gap: gapBetween(needs, has) }),
  });
  return {
    meets,
    reasons: (requirement, capability) =>
      meets(requirement, capability) ? [] : [reason(requirement[field], heldBy(capability))],
    narrow(requirement, capability) {
      const [wanted, held] = [requirement[field], heldBy(capability)];
      return holding(wanted === undefined || held === undefined ? (wanted ?? held) : intersectCount(wanted, held));
    },
    join({ [field]: left }, { [field]: right }) {
      if (left === undefined || right === undefined) return { ok: true, space: holding(left ?? right) };
      const both = intersectCount(left, right);
      return both === undefined ? { ok: false, reasons: [reason(left, right)] } : { ok: true, space: holding(both) };
    },
    implies({ [field]: made }, { [field]: wanted }) {
      if (wanted === undefined) return true;
      return made !== undefined && isWithin(made, wanted);
    },
    choose({ [field]: space }) {
      if (space === undefined) return { ok: true, space: {} };
      const count = pickCount(space);
      if (count !== undefined) return { ok: true, space: holding([{ minimum: count, maximum: count }]) };
      return { ok: false, reasons: [{ key, needs: `the largest number of ${noun}`, has: "no upper bound" }] };
    },
    identity({ [field]: space }) {
      if (space === undefined) return "";
      const [only, ...others] = space;
      const ranges = only !== undefined && others.length === 0 ? space : normalCount(space);
      return ranges
        .map(({ minimum, maximum, choosesLargest }) => `${minimum}-${maximum}${choosesLargest === true ? "!" : ""}`)
        .join();
    },
  };
}
