import type { PlanEntry } from "../../plan/plan.ts";
import type { EnvironmentRequirement } from "../../platforms/platform.ts";
import { serves } from "../requirement.ts";
import type { Requirements } from "./requirements.ts";

/** Entries that one environment serves alike, in their order. */
interface Line {
  readonly requirement: EnvironmentRequirement;
  readonly places: number[];
  /** Into `places`. */
  next: number;
}

/** Entries that wait, in the order of the plan. Taking one costs about as many steps as the held environment serves lines. */
export class Backlog {
  readonly #entries: readonly PlanEntry[];
  readonly #isTaken: Uint8Array;
  #first = 0;
  readonly #lines = new Map<EnvironmentRequirement, Line>();
  /** Lines by the requirement that an environment was made for. */
  readonly #served = new WeakMap<EnvironmentRequirement, readonly Line[]>();

  constructor(entries: readonly PlanEntry[], requirements: Requirements) {
    this.#entries = entries;
    this.#isTaken = new Uint8Array(entries.length);
    for (const [place, entry] of entries.entries()) {
      // What wants a new environment is served by none that is held.
      if (entry.useNewEnvironment) continue;
      const requirement = requirements.of(entry.case);
      const line = this.#lines.get(requirement) ?? { requirement, places: [], next: 0 };
      line.places.push(place);
      this.#lines.set(requirement, line);
    }
  }

  /**
   * The next entry: of the tier that is due the first that an environment made for `held` serves, else the first of all.
   * Undefined when none is left.
   */
  take(held?: EnvironmentRequirement): PlanEntry | undefined {
    while (this.#isTaken[this.#first] === 1) this.#first += 1;
    const first = this.#entries[this.#first];
    if (first === undefined) return undefined;
    const place = (held === undefined ? undefined : this.#servedPlace(held, first.tier)) ?? this.#first;
    this.#isTaken[place] = 1;
    return this.#entries[place];
  }

  #servedPlace(held: EnvironmentRequirement, tier: number): number | undefined {
    let best: number | undefined;
    for (const line of this.#linesServedBy(held)) {
      while (this.#isTaken[line.places[line.next] ?? -1] === 1) line.next += 1;
      const place = line.places[line.next];
      if (place === undefined || this.#entries[place]?.tier !== tier) continue;
      if (best === undefined || place < best) best = place;
    }
    return best;
  }

  #linesServedBy(held: EnvironmentRequirement): readonly Line[] {
    const known = this.#served.get(held);
    if (known !== undefined) return known;
    const served = [...this.#lines.values()].filter(({ requirement }) => serves(held, requirement));
    this.#served.set(held, served);
    return served;
  }
}
