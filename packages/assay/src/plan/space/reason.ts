import type { CountSpace } from "../../runbook/requirement.ts";

/** One way in which a capability falls short of a requirement. Both texts are noun phrases, such as `4 or more processors`. */
export interface Reason {
  /** Key of the runbook language, such as `core_count`. */
  readonly key: string;
  readonly needs: string;
  readonly has: string;
  /** How far off it is, from 0 (nearly there) to 1; where that cannot be said 1. */
  readonly gap?: number;
  /** Place of the node in the requirement, where that has several. */
  readonly node?: number;
}

/** `It needs 4 or more processors; 'ci-1' has 2 processors.` */
export function sentenceOf({ needs, has, node }: Reason, who: string): string {
  return node === undefined
    ? `It needs ${needs}; ${who} has ${has}.`
    : `Its node ${node + 1} needs ${needs}; in ${who} that node has ${has}.`;
}

/** Words of a count: `exactly 4`, `4 or more`, `from 4 to 8`, joined with `or`. */
export function countInWords(space: CountSpace): string {
  return space
    .map(({ minimum, maximum }) => {
      if (minimum === maximum) return String(minimum);
      if (maximum !== Number.POSITIVE_INFINITY) return `${minimum} to ${maximum}`;
      return minimum === 0 ? "any number of" : `${minimum} or more`;
    })
    .join(" or ");
}

/** `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'`. */
export function anyOf(items: readonly (string | number | boolean)[]): string {
  const quoted = items.map((item) => (typeof item === "string" ? `'${item}'` : String(item)));
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
