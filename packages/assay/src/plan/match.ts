import type { NodeSpace } from "../runbook/requirement.ts";
import { whyNoneFits } from "./match-reasons.ts";
import { MatchTable, type ReadRequirement } from "./match-table.ts";
import type { EnvironmentSpace } from "./space/environment.ts";

/** Something cases could run on: an environment that is there, or what a platform offers to make. */
export interface Candidate extends EnvironmentSpace {
  /** For messages, such as `environment 'ci-1'`. */
  readonly name: string;
  /** Any unit, the same for all candidates; the cheapest is taken first. */
  readonly cost: number;
}

/** What fits one requirement. Computed when asked for; equal requirements share one. */
export interface Match<C> {
  /** The cheapest that fits; undefined when none does. */
  readonly best: C | undefined;
  /** All that fit, the cheapest first; of equal cost in the order they were given. */
  readonly candidates: readonly C[];
  /** Why none fits, in complete sentences; empty when one does. */
  readonly reasons: readonly string[];
}

/** Finds what fits each requirement, as `matcher` does; the result has one match for each, in the same order. */
export function matchAll<C extends Candidate>(
  requirements: readonly (readonly NodeSpace[])[],
  candidates: readonly C[],
): readonly Match<C>[] {
  return requirements.map(matcher(candidates));
}

/**
 * Gives what finds the candidates that fit a requirement.
 *
 * N requirements of which R are different, and M candidates of which K are different, take O(N + M log M + R × K) steps:
 * each is read once and equal ones are grouped, the values of each aspect (processors, features, …) are compared once
 * for each pair of different values, and R × K counts one look at a bit a node. Upstream compares each case with each
 * candidate again after each case, which is cubic.
 */
export function matcher<C extends Candidate>(candidates: readonly C[]): (nodes: readonly NodeSpace[]) => Match<C> {
  const sorted = candidates.toSorted((left, right) => left.cost - right.cost);
  const table = new MatchTable(sorted);
  const matches = new Map<string, Match<C>>();
  return (nodes) => {
    const read = table.read({ nodes });
    const known = read === undefined ? undefined : matches.get(read.key);
    if (known !== undefined) return known;
    const match = new LazyMatch({ nodes }, sorted, table, read);
    if (read !== undefined) matches.set(read.key, match);
    return match;
  };
}

class LazyMatch<C extends Candidate> implements Match<C> {
  readonly #requirement: EnvironmentSpace;
  readonly #sorted: readonly C[];
  readonly #fits: (candidate: number) => boolean;
  readonly best: C | undefined;
  #candidates: readonly C[] | undefined;
  #reasons: readonly string[] | undefined;

  constructor(
    requirement: EnvironmentSpace,
    sorted: readonly C[],
    table: MatchTable,
    read: ReadRequirement | undefined,
  ) {
    this.#requirement = requirement;
    this.#sorted = sorted;
    const fitting = read === undefined ? undefined : table.fitting(read);
    this.#fits = (candidate) => fitting?.has(table.classOf[candidate] ?? -1) ?? false;
    this.best = sorted.find((_, index) => this.#fits(index));
  }

  get candidates(): readonly C[] {
    this.#candidates ??= this.#sorted.filter((_, index) => this.#fits(index));
    return this.#candidates;
  }

  get reasons(): readonly string[] {
    if (this.best !== undefined) return [];
    this.#reasons ??= whyNoneFits(this.#requirement, this.#sorted);
    return this.#reasons;
  }
}
