import type { LocatedValue } from "../value.ts";
import type { Definition } from "./definitions.ts";
import { findReferences } from "./reference.ts";

/** Adds the names (lower case) that `value` refers to, wherever they stand in it. */
export function addReferences(value: LocatedValue, names: Set<string>, seen = new Set<LocatedValue>()): void {
  if (value.kind === "scalar") {
    if (value.type !== "string" || !value.source.includes("$(")) return;
    for (const { name } of findReferences(String(value.value))) names.add(name.toLowerCase());
    return;
  }
  // Aliases share one object; each is looked at once.
  if (value.kind === "broken" || seen.has(value)) return;
  seen.add(value);
  if (value.kind === "list") for (const item of value.items) addReferences(item, names, seen);
  else for (const entry of value.entries) addReferences(entry.value, names, seen);
}

/** Which variables the value of a variable may depend on: all that any of its definitions refers to, and so on. */
export class Dependencies {
  readonly #direct = new Map<string, Set<string>>();

  constructor(definitions: readonly Definition[]) {
    for (const { name, value } of definitions) {
      const key = name.toLowerCase();
      const names = this.#direct.get(key) ?? new Set();
      addReferences(value, names);
      this.#direct.set(key, names);
    }
  }

  /** The names with everything they depend on, all in lower case. */
  closure(names: Iterable<string>): ReadonlySet<string> {
    const found = new Set(names);
    // A set hands out what is added while it is walked.
    for (const name of found) for (const next of this.#direct.get(name) ?? []) found.add(next);
    return found;
  }

  /** The names with everything that depends on them, all in lower case. */
  dependents(names: Iterable<string>): ReadonlySet<string> {
    const users = new Map<string, string[]>();
    for (const [user, used] of this.#direct) {
      for (const name of used) {
        const list = users.get(name);
        if (list === undefined) users.set(name, [user]);
        else list.push(user);
      }
    }
    const found = new Set(names);
    for (const name of found) for (const next of users.get(name) ?? []) found.add(next);
    return found;
  }

  /** Everything that a definition refers to. */
  get references(): ReadonlySet<string> {
    return new Set([...this.#direct.values()].flatMap((names) => [...names]));
  }
}
