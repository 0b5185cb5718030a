import type { Position } from "../../types.ts";
import { childOf, type LocatedValue, type MappingValue } from "../../value.ts";
import { CLOUD_TYPES } from "./cloud-types.ts";
import { NODE_TYPES } from "./node-types.ts";
import type { TransformerType } from "./type.ts";

/** Every type of transformer the language knows. */
export const TRANSFORMER_TYPES: Readonly<Record<string, TransformerType>> = { ...NODE_TYPES, ...CLOUD_TYPES };

/** A variable that a transformer will set; its value is not known before the run. */
export interface DeclaredOutput {
  /** With prefix, after renaming. */
  readonly name: string;
  /** The entry that sets it, as the runbook names it. */
  readonly transformer: string;
  readonly isSecret: boolean;
  readonly position: Position;
}

/** Outputs that are secret by their name; upstream shows them. */
export const isSecretOutput = (output: string): boolean => /(?:^|_)(?:password|token|key)$/i.test(output);

/**
 * The variables the entries of `transformer:` will set, also those of entries that are switched off. Looks at names
 * alone and reports nothing, so it takes the section before its variables are replaced.
 */
export function declaredOutputs(section: LocatedValue | undefined): readonly DeclaredOutput[] {
  if (section?.kind !== "list") return [];
  return section.items.flatMap((entry) => {
    if (entry.kind !== "mapping") return [];
    const transformer = textOf(entry, "name") ?? textOf(entry, "type") ?? "";
    const renames = renamesOf(entry);
    return (outputNames(entry) ?? []).map(({ output, full }) => ({
      name: renames.get(full.toLowerCase()) ?? full,
      transformer,
      isSecret: isSecretOutput(output),
      position: entry.position,
    }));
  });
}

/** Outputs of an entry, without and with prefix, before renaming; undefined when its inputs do not tell them yet. */
export function outputNames(
  entry: MappingValue,
): readonly { readonly output: string; readonly full: string }[] | undefined {
  const type = textOf(entry, "type") ?? "";
  const known = Object.hasOwn(TRANSFORMER_TYPES, type) ? TRANSFORMER_TYPES[type] : undefined;
  const prefix = textOf(entry, "prefix") ?? textOf(entry, "name") ?? type;
  return known?.outputs(entry)?.map((output) => ({ output, full: `${prefix}_${output}` }));
}

function renamesOf(entry: MappingValue): ReadonlyMap<string, string> {
  const rename = childOf(entry, "rename");
  const entries = rename?.kind === "mapping" ? rename.entries : [];
  return new Map(
    entries.flatMap(({ key, value }) => (value.kind === "scalar" ? [[key.toLowerCase(), value.source] as const] : [])),
  );
}

function textOf(entry: MappingValue, key: string): string | undefined {
  const value = childOf(entry, key);
  return value?.kind === "scalar" && value.source !== "" ? value.source : undefined;
}
