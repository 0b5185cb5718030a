import type { Problems } from "../problems.ts";
import type { LocatedValue } from "../value.ts";
import { maskSecret } from "./mask.ts";
import type { VariableSet } from "./variable-set.ts";

/** Shorter texts are not masked: a secret `0` would mangle every line of a log. */
const SHORTEST_SECRET = 3;

/** The texts of the secret ones among `names`, and the replacement of those that ask for a mask of their own. */
export function collectSecrets(
  names: Iterable<string>,
  variables: VariableSet,
  problems: Problems,
): { readonly secrets: readonly string[]; readonly masks: ReadonlyMap<string, string> } {
  const secrets = new Set<string>();
  const masks = new Map<string, string>();
  for (const name of names) {
    const value = variables.isSecret(name) ? variables.lookup(name) : undefined;
    if (value === undefined) continue;
    for (const text of textsOf(value)) {
      if (text.length < SHORTEST_SECRET) {
        const message = `The secret variable '${name}' is shorter than ${SHORTEST_SECRET} characters and is not masked.`;
        problems.warning("R04", message, value.position);
        continue;
      }
      secrets.add(text);
      const mask = variables.definition(name)?.mask;
      if (mask !== undefined) masks.set(text, maskSecret(text, mask));
    }
  }
  return { secrets: [...secrets], masks };
}

/** Empty texts, zeros, booleans and nulls are no secrets. */
function textsOf(value: LocatedValue): readonly string[] {
  switch (value.kind) {
    case "scalar":
      return typeof value.value === "boolean" || !value.value ? [] : [String(value.value)];
    case "list":
      return value.items.flatMap(textsOf);
    case "mapping":
      return value.entries.flatMap((entry) => textsOf(entry.value));
    case "broken":
      return [];
  }
}
