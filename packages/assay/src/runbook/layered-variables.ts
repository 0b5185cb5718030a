import { type Assignment, Memo } from "./memo.ts";
import { Problems } from "./problems.ts";
import type { LocatedValue } from "./value.ts";
import type { Definition } from "./variables/definitions.ts";
import type { Dependencies } from "./variables/dependencies.ts";
import type { Override } from "./variables/overrides.ts";
import type { VariableTrace } from "./variables/trace.ts";
import { VariableSet } from "./variables/variable-set.ts";

interface Options {
  readonly definitions: readonly Definition[];
  readonly dependencies: Dependencies;
  /** Names, lower case, of the variables that get values from combinators and transformers; the values differ. */
  readonly assignedNames: ReadonlySet<string>;
  /** Values from outside that stay the same. */
  readonly overrides: ReadonlyMap<string, Override>;
  /** Takes what is wrong with variables that stay the same. */
  readonly problems: Problems;
  readonly parseFlow: (text: string) => LocatedValue | undefined;
  readonly trace: VariableTrace | undefined;
}

/** Variables that depend on the same assigned ones, and so change together. */
interface Layer {
  readonly names: string[];
  readonly reads: ReadonlySet<string>;
  readonly values: Memo<{ readonly set: VariableSet; readonly problems: Problems }>;
}

/**
 * The variables of a runbook for one assignment after the other. Each is resolved once for each different value of the
 * assigned variables it depends on: those of a grid's first axis ten times, not a thousand times.
 */
export class LayeredVariables {
  readonly #options: Options;
  /** Lends the values of all variables that stay the same. */
  readonly base: VariableSet;
  readonly #layers: readonly Layer[];
  /** The layer of each variable that does not stay the same, by its name in lower case. */
  readonly #layerOf: ReadonlyMap<string, number>;

  constructor(options: Options) {
    const { dependencies, assignedNames } = options;
    this.#options = options;
    this.base = new VariableSet(options);
    const layers: Layer[] = [];
    const numbers = new Map<string, number>();
    const layerOf = new Map<string, number>();
    for (const name of dependencies.dependents(assignedNames)) {
      const reads = dependencies.closure([name]).intersection(assignedNames);
      const key = [...reads].sort().join("\n");
      const number = numbers.get(key) ?? layers.push({ names: [], reads, values: new Memo() }) - 1;
      numbers.set(key, number);
      layers[number]?.names.push(name);
      layerOf.set(name, number);
    }
    this.#layers = layers;
    this.#layerOf = layerOf;
    // Resolving all of them reports what is undefined also in variables that nothing uses.
    for (const name of this.base.names) if (!layerOf.has(name.toLowerCase())) this.base.lookup(name);
  }

  /** All variables for an assignment; `problems` takes what is wrong with those that depend on it. */
  with(assignment: Assignment, overrides: ReadonlyMap<string, Override>, problems: Problems): VariableSet {
    const sets = this.#layers.map((layer) => {
      const known = layer.values.find(assignment) ?? this.#resolve(layer, assignment, overrides, problems);
      if (!known.problems.isEmpty) problems.addAll(known.problems);
      return known.set;
    });
    return this.#set(overrides, problems, (key) => {
      const layer = this.#layerOf.get(key);
      return layer === undefined ? this.base : sets[layer];
    });
  }

  #resolve(
    { names, reads, values }: Layer,
    assignment: Assignment,
    overrides: ReadonlyMap<string, Override>,
    whole: Problems,
  ): { readonly set: VariableSet; readonly problems: Problems } {
    const problems = new Problems(whole);
    const set = this.#set(overrides, problems, (key) => (this.#layerOf.has(key) ? undefined : this.base));
    for (const name of names) set.lookup(name);
    return values.keep(assignment, reads, { set, problems });
  }

  #set(
    overrides: ReadonlyMap<string, Override>,
    problems: Problems,
    lender: (key: string) => VariableSet | undefined,
  ): VariableSet {
    return new VariableSet({ ...this.#options, overrides, problems, base: { set: this.base, lender } });
  }
}
