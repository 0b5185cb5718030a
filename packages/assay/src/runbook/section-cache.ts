import { Problems } from "./problems.ts";
import type { FieldContext, Kinds } from "./schema/field.ts";
import type { LocatedValue } from "./value.ts";

interface Remembered {
  readonly result: unknown;
  readonly problems: Problems;
  readonly secrets: ReadonlySet<string>;
}

/**
 * Reads a section of the runbook once, however often the runbook is read around it: a section whose variables keep their
 * values is the same object each time.
 */
export class SectionCache {
  #kinds: Kinds | undefined;
  #known = new Map<string, WeakMap<LocatedValue, Remembered>>();

  /** What `read` gives for the section, with the problems and secrets it has found. `name` tells readers apart. */
  async read<T>(
    name: string,
    value: LocatedValue | undefined,
    context: FieldContext,
    read: (context: FieldContext) => T | Promise<T>,
  ): Promise<T> {
    if (value === undefined) return await read(context);
    if (this.#kinds !== context.kinds) {
      this.#kinds = context.kinds;
      this.#known = new Map();
    }
    const key = `${name} on ${context.platform}`;
    const readings = this.#known.get(key) ?? new WeakMap<LocatedValue, Remembered>();
    this.#known.set(key, readings);
    let known = readings.get(value);
    if (known === undefined) {
      const problems = new Problems(context.problems);
      const secrets = new Set<string>();
      known = { result: await read({ ...context, problems, secrets }), problems, secrets };
      readings.set(value, known);
    }
    context.problems.addAll(known.problems);
    for (const secret of known.secrets) context.secrets?.add(secret);
    // The key names the reader, and a reader always gives the same type.
    return known.result as T;
  }
}
