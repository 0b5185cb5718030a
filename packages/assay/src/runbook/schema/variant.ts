import { didYouMean } from "../nearest.ts";
import { childOf, type LocatedValue, type MappingValue, shortened } from "../value.ts";
import {
  checkFields,
  type FieldContext,
  type Fields,
  type FieldsRead,
  type FieldTable,
  fields,
  type KindFamily,
  sectionSchema,
  wrongType,
} from "./field.ts";
import { either, type JsonSchema } from "./json-schema.ts";

/** Entries that say with `type` which kind they are. */
export interface Variants {
  readonly family: KindFamily;
  /** What one entry is called in messages, such as `notifier`. */
  readonly noun: string;
  /** Keys of every kind, `type` among them. */
  readonly common: FieldTable;
  /** All keys of each kind, the common ones too. */
  readonly kinds: Readonly<Record<string, Fields<FieldTable>>>;
  /** Kind of an entry without `type`; without one `type` is required. */
  readonly standard?: string;
  /** Kinds that stand in another section, with its name. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  /** Code of the problem of an entry without `type`. */
  readonly missingCode?: string;
}

/** An entry whose kind is known. */
export interface VariantRead {
  readonly type: string;
  readonly entry: MappingValue;
  readonly section: Fields<FieldTable>;
  readonly read: FieldsRead<FieldTable>;
}

/** The keys of a kind, also of one that an extension added. Undefined when there is no such kind. */
export function sectionOf(variants: Variants, type: string, { kinds }: FieldContext): Fields<FieldTable> | undefined {
  if (Object.hasOwn(variants.kinds, type)) return variants.kinds[type];
  const added = kinds?.[variants.family];
  const table = added !== undefined && Object.hasOwn(added, type) ? added[type] : undefined;
  return table === undefined ? undefined : fields({ ...variants.common, ...table }, { isLenientUpstream: true });
}

/** Names of all kinds there are, also of those that extensions added. */
export const kindNames = (variants: Variants, { kinds }: FieldContext): readonly string[] => [
  ...new Set([...Object.keys(variants.kinds), ...Object.keys(kinds?.[variants.family] ?? {})]),
];

/** Reads an entry with the keys of its kind. Undefined when the kind is unknown (reported). */
export function readVariant(
  variants: Variants,
  value: LocatedValue,
  path: string,
  context: FieldContext,
): VariantRead | undefined {
  if (value.kind === "broken") return undefined;
  if (value.kind !== "mapping") {
    wrongType(value, path, "a mapping", context);
    return undefined;
  }
  const type = typeOf(variants, value, path, context);
  const section = type === undefined ? undefined : sectionOf(variants, type, context);
  const read = section === undefined ? undefined : checkFields(section, value, path, context);
  return type === undefined || section === undefined || read === undefined
    ? undefined
    : { type, entry: value, section, read };
}

/** The kind of an entry; reports one that is missing or unknown, and an entry that is no mapping. */
export function variantType(
  variants: Variants,
  value: LocatedValue,
  path: string,
  context: FieldContext,
): string | undefined {
  if (value.kind === "mapping") return typeOf(variants, value, path, context);
  wrongType(value, path, "a mapping", context);
  return undefined;
}

function typeOf(variants: Variants, entry: MappingValue, path: string, context: FieldContext): string | undefined {
  const { noun, standard, missingCode = "T02" } = variants;
  const names = kindNames(variants, context);
  const known = `Known are ${names.join(", ")}.`;
  const type = childOf(entry, "type");
  if (type === undefined) {
    if (standard === undefined) context.problems.error(missingCode, `'${path}' has no 'type'.`, entry, { help: known });
    return standard;
  }
  if (type.kind === "broken") return undefined;
  if (type.kind !== "scalar" || type.type !== "string") {
    wrongType(type, `${path}.type`, "a text", context);
    return undefined;
  }
  if (names.includes(type.source)) return type.source;
  const section = variants.elsewhere?.get(type.source);
  const near = (): string | undefined =>
    section === undefined ? didYouMean(type.source, names) : `'${type.source}' belongs to '${section}'.`;
  context.problems.error("T01", `There is no ${noun} '${shortened(type.source)}'.`, type, {
    help: () => [near() ?? [], known].flat().join(" "),
  });
  return undefined;
}

/** What an entry may look like: one of the kinds, or any mapping while its kind is a variable. */
export function variantSchema(variants: Variants): JsonSchema {
  const kinds = Object.entries(variants.kinds).map(([type, section]) => kindSchema(variants, type, section));
  const open: JsonSchema = {
    type: "object",
    properties: { type: { type: "string", pattern: "\\$\\(.+?\\)" } },
    required: ["type"],
  };
  return either(...kinds, open);
}

function kindSchema(variants: Variants, type: string, section: Fields<FieldTable>): JsonSchema {
  const schema = sectionSchema(section);
  const isStandard = type === variants.standard;
  return {
    ...schema,
    title: `${variants.family} ${type}`,
    properties: {
      ...schema.properties,
      type: { description: variants.common.type?.about ?? "kind of the entry", const: type },
    },
    required: [...(schema.required ?? []).filter((key) => key !== "type"), ...(isStandard ? [] : ["type"])],
  };
}
