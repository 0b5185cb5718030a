import type { CombinationValues } from "../events/types.ts";
import type { Plan } from "../plan/plan.ts";
import type { AssignedVariable } from "../runbook/types.ts";

/** Of one value in the id of a result, which is the name of a folder too. */
const LONGEST_VALUE = 40;

/** The values as text by variable, without secrets. */
export function combinationValues(combination: readonly AssignedVariable[]): CombinationValues {
  return Object.fromEntries(
    combination.map(({ name, value, isSecret }) => [
      name,
      isSecret === true ? "******" : typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** Names combinations for the ids of results, each name once in a run. */
export class CombinationLabels {
  readonly #used = new Set<string>();
  readonly #mask: (text: string) => string;

  constructor(mask: (text: string) => string) {
    this.#mask = mask;
  }

  /** Such as `[image=a,size=2]`; values that look alike when shortened are told apart by number. */
  next(values: CombinationValues): string {
    const parts = Object.entries(values).map(([name, value]) => `${safe(name)}=${safe(this.#mask(value))}`);
    const inner = parts.length === 0 ? "as it is" : parts.join(",");
    for (let count = 1; ; count++) {
      const label = count === 1 ? `[${inner}]` : `[${inner}~${count}]`;
      if (this.#used.has(label)) continue;
      this.#used.add(label);
      return label;
    }
  }
}

const safe = (text: string): string => {
  const plain = text.replaceAll(/[^A-Za-z0-9._*@:+-]+/g, "-");
  return plain.length <= LONGEST_VALUE ? plain : `${plain.slice(0, LONGEST_VALUE - 1)}~`;
};

/** The plan with `label` in the id of each result. */
export function labelled(plan: Plan, label: string): Plan {
  const rename = <T extends Plan["excluded"][number] | Plan["entries"][number]>(entry: T): T => {
    const fullName = `${entry.case.suite.name}.${entry.case.name}`;
    return { ...entry, resultId: `${fullName}${label}${entry.resultId.slice(fullName.length)}` };
  };
  return { ...plan, entries: plan.entries.map(rename), excluded: plan.excluded.map(rename) };
}
