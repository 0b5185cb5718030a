import type { AssignedVariable } from "./types.ts";

/** Which value each assigned variable has: by lower-cased name a text that is the same for equal values. */
export type Assignment = ReadonlyMap<string, string>;

/** The assignment of a list in which later values win. */
export function assignmentOf(assigned: readonly AssignedVariable[]): Assignment {
  return new Map(
    assigned.map(({ name, value, isSecret = false }) => [name.toLowerCase(), `${isSecret}${JSON.stringify(value)}`]),
  );
}

/**
 * Remembers results that depend on some variables only, so that a combination pays for nothing but what its values
 * change. A result is given again when all variables that it read have the values they had.
 */
export class Memo<T> {
  readonly #groups: { readonly reads: ReadonlySet<string>; readonly results: Map<string, T> }[] = [];

  find(assignment: Assignment): T | undefined {
    for (const { reads, results } of this.#groups) {
      const result = results.get(keyOf(assignment, reads));
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** `reads` are the names, lower case, of all variables that the result could depend on. */
  keep(assignment: Assignment, reads: ReadonlySet<string>, result: T): T {
    let group = this.#groups.find((other) => other.reads === reads || isSame(other.reads, reads));
    if (group === undefined) {
      group = { reads, results: new Map() };
      this.#groups.push(group);
    }
    group.results.set(keyOf(assignment, reads), result);
    return result;
  }
}

function keyOf(assignment: Assignment, reads: ReadonlySet<string>): string {
  let key = "";
  for (const [name, value] of assignment) if (reads.has(name)) key += `${name.length}:${name}=${value.length}:${value}`;
  return key;
}

function isSame(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && left.isSubsetOf(right);
}
