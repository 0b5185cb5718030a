import type { AssignedVariable, Runbook } from "../runbook/types.ts";
import type { VisibleVariable } from "../transformers/transformer.ts";

/** The runbook with what is known of its variables at one point of the run. */
export interface Stage {
  readonly runbook: Runbook;
  /** By lower-case name. */
  readonly variables: ReadonlyMap<string, VisibleVariable>;
}

/** Reads the runbook with values that combinators and transformers gave. Throws UsageError with all that is wrong then. */
export type LoadStage = (assigned: readonly AssignedVariable[]) => Promise<Stage>;

/** The variables of the run, or of one combination of it: what they are now, and what was set since the start. */
export class RunVariables {
  readonly #load: LoadStage;
  /** By lower-case name: setting one again replaces it. */
  readonly #assigned: Map<string, AssignedVariable>;
  #loading: Promise<Stage> | undefined;
  #latest: Stage;

  /** `latest` is the runbook before anything was assigned here. */
  constructor(load: LoadStage, latest: Stage, assigned: Iterable<AssignedVariable> = []) {
    this.#load = load;
    this.#latest = latest;
    this.#assigned = new Map([...assigned].map((each) => [each.name.toLowerCase(), each]));
    if (this.#assigned.size === 0) this.#loading = Promise.resolve(latest);
  }

  /** The runbook with everything that is assigned by now. */
  async stage(): Promise<Stage> {
    this.#loading ??= this.#load([...this.#assigned.values()]);
    this.#latest = await this.#loading;
    return this.#latest;
  }

  /** The runbook as it was last asked for. */
  get latest(): Stage {
    return this.#latest;
  }

  assign(values: readonly AssignedVariable[]): void {
    if (values.length === 0) return;
    for (const each of values) this.#assigned.set(each.name.toLowerCase(), each);
    this.#loading = undefined;
  }

  /** A copy that goes its own way, with further values. */
  fork(values: readonly AssignedVariable[]): RunVariables {
    return new RunVariables(this.#load, this.#latest, [...this.#assigned.values(), ...values]);
  }
}
