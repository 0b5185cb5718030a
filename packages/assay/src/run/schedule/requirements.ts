import type { Machines } from "../../plan/predefined.ts";
import type { EnvironmentRequirement } from "../../platforms/platform.ts";
import type { Case } from "../../suite/suite.ts";
import { requirementOf } from "../requirement.ts";

/** What cases need, worked out once each; equal requirements are one object. */
export class Requirements {
  readonly #machines: Machines;
  readonly #ofCase = new Map<Case, EnvironmentRequirement>();
  readonly #equal = new Map<string, EnvironmentRequirement>();

  constructor(machines: Machines) {
    this.#machines = machines;
  }

  of(testCase: Case): EnvironmentRequirement {
    const known = this.#ofCase.get(testCase);
    if (known !== undefined) return known;
    const made = requirementOf(testCase, this.#machines);
    const key = JSON.stringify(made);
    const requirement = this.#equal.get(key) ?? made;
    this.#equal.set(key, requirement);
    this.#ofCase.set(testCase, requirement);
    return requirement;
  }
}
