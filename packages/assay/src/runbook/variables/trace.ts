import { OUTSIDE_FILES } from "../problems.ts";
import type { Position } from "../types.ts";
import type { ScalarValue } from "../value.ts";
import { maskSecret } from "./mask.ts";
import type { VariableSet } from "./variable-set.ts";

/** A place that refers to a variable. */
export interface VariableUse {
  readonly position: Position;
  /** The text the reference stands in, as written; masked when it belongs to a secret. */
  readonly text: string;
}

/** What explanations need to know of the variables of one load; nothing is kept unless a caller hands one in. */
export class VariableTrace {
  readonly #uses = new Map<string, Map<string, VariableUse>>();
  #variables: VariableSet | undefined;

  /** All variables, once every file is read; undefined before. */
  get variables(): VariableSet | undefined {
    return this.#variables;
  }

  keep(variables: VariableSet): void {
    this.#variables = variables;
  }

  /** Notes that `at` refers to `name`. The same place can be looked at several times and counts once. */
  noteUse(name: string, at: ScalarValue): void {
    if (at.position === OUTSIDE_FILES) return;
    const { file, line, column } = at.position;
    const text = at.isSecret === true ? maskSecret("", undefined) : at.source;
    const key = name.toLowerCase();
    const uses = this.#uses.get(key) ?? new Map<string, VariableUse>();
    uses.set(`${file}:${line}:${column}`, { position: at.position, text });
    this.#uses.set(key, uses);
  }

  /** Places that refer to `name`, case ignored, in the order in which they were met. */
  usesOf(name: string): readonly VariableUse[] {
    return [...(this.#uses.get(name.toLowerCase())?.values() ?? [])];
  }
}
