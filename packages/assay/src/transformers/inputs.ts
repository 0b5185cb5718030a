import { UsageError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";
import type { PlainValue } from "../runbook/value.ts";
import type { Inputs, TransformerContext } from "./transformer.ts";

/** The machine a transformer works on; throws UsageError when it was given none. */
export function nodeOf({ node }: TransformerContext): Node {
  if (node !== undefined) return node;
  throw new UsageError("It has no machine to work on.", {
    help: "Give it a 'connection', or 'phase: environment_connected'.",
  });
}

/** The text under `key`; an empty one counts as absent. */
export function textOf(inputs: Inputs, key: string): string | undefined {
  const value = inputs[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The text under `key`; throws UsageError when it is absent, which a variable without value makes it. */
export function needText(inputs: Inputs, key: string): string {
  const value = textOf(inputs, key);
  if (value !== undefined) return value;
  throw new UsageError(`Its key '${key}' has no value.`, { help: "A variable in it may be empty or not set yet." });
}

export function flagOf(inputs: Inputs, key: string, standard: boolean): boolean {
  const value = inputs[key];
  return typeof value === "boolean" ? value : standard;
}

/** The texts of the list under `key`; an absent list is empty. */
export function textsOf(inputs: Inputs, key: string): readonly string[] {
  const value = inputs[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** The mappings of the list under `key`; an absent list is empty. */
export function mappingsOf(inputs: Inputs, key: string): readonly Inputs[] {
  const value = inputs[key];
  return Array.isArray(value) ? value.filter(isMapping) : [];
}

/** The mapping under `key`; an absent one is empty. */
export function mappingOf(inputs: Inputs, key: string): Inputs {
  const value = inputs[key];
  return isMapping(value) ? value : {};
}

const isMapping = (value: PlainValue | undefined): value is Inputs =>
  typeof value === "object" && value !== null && !Array.isArray(value);
