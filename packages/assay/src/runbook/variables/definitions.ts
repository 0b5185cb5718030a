import type { Problems } from "../problems.ts";
import { checkFields, type FieldContext } from "../schema/field.ts";
import { variableEntry } from "../schema/variable.ts";
import type { LocatedValue, MappingValue } from "../value.ts";
import { childOf, isNull, textValue } from "../value.ts";
import type { MaskName } from "./mask.ts";

/** One place that gives a variable a value. */
export interface Definition {
  readonly name: string;
  readonly value: LocatedValue;
  readonly isSecret: boolean;
  readonly mask: MaskName | undefined;
  readonly isCaseVisible: boolean;
}

/** A `file` entry of a variable list: the values come from there. */
export interface DefinitionFile {
  readonly path: LocatedValue;
  readonly isSecret: boolean;
}

/** Reads the `variable` list of one file; what is wrong goes to the context's problems. */
export function readDefinitions(
  list: LocatedValue | undefined,
  context: FieldContext,
): readonly (Definition | DefinitionFile)[] {
  if (list === undefined || list.kind === "broken" || isNull(list)) return [];
  if (list.kind !== "list") {
    context.problems.error("S02", "'variable' must be a list of entries with 'name' and 'value'.", list);
    return [];
  }
  const definitions = list.items.flatMap((item) => readEntry(item, context));
  warnOfDeadEntries(definitions, context.problems);
  return definitions;
}

function readEntry(item: LocatedValue, context: FieldContext): readonly (Definition | DefinitionFile)[] {
  const { problems } = context;
  const fields = checkFields(variableEntry, item, "variable", context);
  if (fields === undefined || item.kind !== "mapping") return [];
  const file = childOf(item, "file");
  const name = fields.name ?? "";
  if (file !== undefined && fields.file !== "") {
    if (childOf(item, "name") !== undefined || childOf(item, "value") !== undefined) {
      problems.error("V04", "A variable entry has either 'file', or 'name' and 'value', not both.", file, {
        help: "Make two entries of it.",
      });
      return [];
    }
    return [{ path: file, isSecret: fields.is_secret ?? false }];
  }
  if (name === "") {
    if (childOf(item, "name")?.kind !== "broken") {
      problems.error("V10", "The variable has no name.", childOf(item, "name") ?? item, {
        help: "Give the entry a 'name', or a 'file' to read variables from.",
      });
    }
    return [];
  }
  return [definitionOf(name, item, fields, context)];
}

function definitionOf(
  name: string,
  entry: MappingValue,
  fields: { readonly is_secret?: boolean; readonly mask?: string; readonly is_case_visible?: boolean },
  { problems }: FieldContext,
): Definition {
  // A `value:` that holds null is a value; only a missing one is the empty text.
  const value = entry.entries.find(({ key }) => key === "value")?.value ?? textValue("", entry.position);
  const isSecret = fields.is_secret ?? false;
  if (
    isSecret &&
    value.kind === "scalar" &&
    value.type !== "null" &&
    String(value.value) !== "" &&
    !value.source.includes("$(")
  ) {
    problems.warning("R02", `The secret variable '${name}' has its value written into the runbook.`, value, {
      help: `Give it with -v s:${name}:… or in the environment as S_LISA_${name}.`,
    });
  }
  return {
    name,
    value,
    isSecret,
    mask: fields.mask === undefined || fields.mask === "" ? undefined : (fields.mask as MaskName),
    isCaseVisible: fields.is_case_visible ?? false,
  };
}

/**
 * The variables of a variable file: `name: value`, where a mapping with the keys of an entry is one. Secrecy holds for
 * the entry that states it, or for all when the line that names the file says so.
 */
export function readVariableFile(root: LocatedValue, isSecret: boolean, context: FieldContext): readonly Definition[] {
  if (root.kind !== "mapping") {
    context.problems.error("V05", "A variable file must hold a mapping 'name: value'.", root);
    return [];
  }
  return root.entries.map(({ key, value }) => {
    const isEntry =
      value.kind === "mapping" && value.entries.length > 0 && value.entries.some((entry) => ENTRY_KEYS.has(entry.key));
    if (!isEntry) return { name: key, value, isSecret, mask: undefined, isCaseVisible: false };
    const fields = checkFields(variableEntry, value, "variable", context) ?? {};
    const definition = definitionOf(key, value, { ...fields, is_secret: false }, context);
    return { ...definition, isSecret: isSecret || (fields.is_secret ?? false) };
  });
}

const ENTRY_KEYS: ReadonlySet<string> = new Set(["value", "is_secret", "mask", "is_case_visible"]);

function warnOfDeadEntries(definitions: readonly (Definition | DefinitionFile)[], problems: Problems): void {
  const last = new Map<string, Definition>();
  for (const definition of definitions) {
    if (!("name" in definition)) {
      last.clear();
      continue;
    }
    const name = definition.name.toLowerCase();
    const earlier = last.get(name);
    if (earlier !== undefined) {
      problems.warning(
        "V11",
        `The variable '${definition.name}' is defined again below; this value is never used.`,
        earlier.value,
      );
    }
    last.set(name, definition);
  }
}
