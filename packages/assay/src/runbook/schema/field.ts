import { didYouMean, nearest } from "../nearest.ts";
import type { Problems } from "../problems.ts";
import { childOf, describeValue, isNull, type LocatedValue, type PlainValue, shortened } from "../value.ts";
import { type JsonSchema, orAbsent, orReference } from "./json-schema.ts";

/** Sections whose entries say with `type` which kind they are, and so which keys they have. */
export type KindFamily = "platform" | "node" | "notifier" | "transformer" | "combinator" | "testcase" | "guest";

/** Kinds that extensions add, with the keys each has besides the common ones of its family. */
export type Kinds = Readonly<Partial<Record<KindFamily, Readonly<Record<string, FieldTable>>>>>;

export interface FieldContext {
  readonly problems: Problems;
  /** `--compat`: what upstream silently ignores is a warning. */
  readonly isCompatible: boolean;
  /** Sections in which a key is known, for keys that stand in the wrong place. */
  readonly sectionsWith?: (key: string) => readonly string[];
  /** Every key of every section, for mistyped keys that stand in the wrong place. */
  readonly allKeys?: () => Iterable<string>;
  readonly kinds?: Kinds;
  /** Type of the platform in use. */
  readonly platform?: string;
  /** The value is checked, but nobody uses it: what this version cannot do with it need not be told. */
  readonly isUnused?: boolean;
  /** Where values go that are secret by their key. */
  readonly secrets?: Set<string>;
}

/** What a key may hold: one object reads it, says what it expects and documents it. */
export interface Field<T> {
  /** Such as `a list of texts`. */
  readonly expects: string;
  readonly about: string;
  /** What an absent key means, as one would write it. */
  readonly default?: PlainValue;
  /** True for what is checked and not carried out by this version. */
  readonly isUnsupported?: boolean;
  /** The typed value of an absent key; a wrong one (already reported) takes it too. */
  readonly fallback?: T;
  /** What a value may look like, without the variable that may stand for it. */
  schema(): JsonSchema;
  /** The typed value; undefined when it is wrong (reported) or already reported. Null never gets here. */
  read(value: LocatedValue, path: string, context: FieldContext): T | undefined;
}

export type FieldTable = Readonly<Record<string, Field<unknown>>>;
type Held<F> = F extends Field<infer T> ? T : never;

/** The keys of a section. */
export interface Fields<T extends FieldTable> {
  readonly table: T;
  /** Code of the problem of an unknown key. */
  readonly code: string;
  /** Upstream ignores unknown keys here, so `--compat` only warns. */
  readonly isLenientUpstream: boolean;
  /** Keys that must be there. */
  readonly required: readonly string[];
  /** Name of the section in the JSON Schema and its page; a section without one is written where it is used. */
  readonly title: string | undefined;
}

type HasFallback = { readonly fallback: unknown };
/** Keys with a fallback are always there. */
export type FieldsRead<T extends FieldTable> = {
  readonly [K in keyof T as T[K] extends HasFallback ? K : never]: Held<T[K]>;
} & { readonly [K in keyof T as T[K] extends HasFallback ? never : K]?: Held<T[K]> };

export function fields<T extends FieldTable>(
  table: T,
  options: {
    readonly code?: string;
    readonly isLenientUpstream?: boolean;
    readonly required?: readonly (keyof T & string)[];
    readonly title?: string;
  } = {},
): Fields<T> {
  const { isLenientUpstream = false, required = [], title } = options;
  return { table, code: options.code ?? (isLenientUpstream ? "T03" : "S01"), isLenientUpstream, required, title };
}

/** The same field; an absent key has the value `fallback`, written `shown`. */
export function withDefault<T>(field: Field<T>, fallback: T & PlainValue): Field<T> & { readonly fallback: T };
export function withDefault<T>(field: Field<T>, fallback: T, shown: PlainValue): Field<T> & { readonly fallback: T };
export function withDefault<T>(field: Field<T>, fallback: T, shown?: PlainValue): Field<T> & { readonly fallback: T } {
  return { ...field, fallback, default: shown ?? (fallback as PlainValue) };
}

const schemas = new WeakMap<Fields<FieldTable>, JsonSchema>();

/** What a section may look like: the same object each time. */
export function sectionSchema(section: Fields<FieldTable>): JsonSchema {
  const known = schemas.get(section);
  if (known !== undefined) return known;
  const { table, required, title } = section;
  const properties = Object.entries(table).map(([key, field]) => {
    const held = required.includes(key) ? orReference(field.schema()) : orAbsent(field.schema());
    const standard = field.default === undefined ? {} : { default: field.default };
    const description = `${field.about}${field.isUnsupported === true ? " (checked, not carried out by this version)" : ""}`;
    return [key, { description, ...standard, ...held }] as const;
  });
  const schema: JsonSchema = {
    ...(title === undefined ? {} : { title }),
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
  schemas.set(section, schema);
  return schema;
}

/** Reads a section: unknown keys are reported, null counts as absent. Undefined when the value is no mapping. */
export function checkFields<T extends FieldTable>(
  section: Fields<T>,
  value: LocatedValue,
  path: string,
  outer: FieldContext,
): FieldsRead<T> | undefined {
  const isOff = Object.hasOwn(section.table, "enabled") && isDisabled(value);
  const context: FieldContext = isOff ? { ...outer, isUnused: true } : outer;
  if (value.kind === "broken") return undefined;
  if (value.kind !== "mapping") {
    wrongType(value, path, "a mapping", context);
    return undefined;
  }
  const read: Record<string, unknown> = {};
  for (const [key, { fallback }] of Object.entries(section.table)) if (fallback !== undefined) read[key] = fallback;
  for (const { key, keyPosition, value: held } of value.entries) {
    const field = Object.hasOwn(section.table, key) ? section.table[key] : undefined;
    if (field === undefined) {
      const isWarning = section.isLenientUpstream && context.isCompatible;
      const help = (): string => helpForKey(key, section.table, path, context);
      const message = `The key '${shortened(key)}' is not known in ${nameOf(path)}.`;
      context.problems[isWarning ? "warning" : "error"](section.code, message, keyPosition, { help });
    } else if (!isNull(held)) {
      const typed = field.read(held, path === "" ? key : `${path}.${key}`, context);
      if (typed !== undefined) read[key] = typed;
    }
  }
  for (const key of section.required) {
    if (childOf(value, key) === undefined) {
      const help = section.table[key] === undefined ? undefined : `'${key}': ${section.table[key].about}.`;
      context.problems.error("T02", `${capitalized(nameOf(path))} has no '${key}'.`, value, { help });
    }
  }
  return read as FieldsRead<T>;
}

/** Whether an entry says that it is switched off. */
export function isDisabled(entry: LocatedValue): boolean {
  const enabled = entry.kind === "mapping" ? childOf(entry, "enabled") : undefined;
  return enabled?.kind === "scalar" && /^(?:false|f|off|n|no|0)$/i.test(String(enabled.value));
}

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const nameOf = (path: string): string => (path === "" ? "a runbook" : `'${path}'`);

function helpForKey(key: string, table: FieldTable, path: string, context: FieldContext): string {
  const near = didYouMean(key, Object.keys(table));
  if (near !== undefined) return near;
  if (key.startsWith("$(")) return "Keys are never replaced by variables.";
  const elsewhere = (context.sectionsWith?.(key) ?? []).filter((section) => section !== path);
  const named = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(" or ");
  if (elsewhere.length > 0) return `'${key}' belongs to ${named(elsewhere)}.`;
  const meant = nearest(key, context.allKeys?.() ?? []);
  if (meant !== undefined)
    return `Did you mean '${meant}', which belongs to ${named(context.sectionsWith?.(meant) ?? [])}?`;
  return `Known keys: ${Object.keys(table).join(", ")}.`;
}

/** Reports a value of the wrong type, with a hint when YAML 1.1 made it so. */
export function wrongType(
  value: LocatedValue,
  path: string,
  expected: string,
  { problems }: FieldContext,
  code = "S02",
): void {
  if (value.kind === "broken") return;
  problems.error(
    code === "S02" && isNull(value) ? "S05" : code,
    `${path === "" ? "The runbook" : `'${path}'`} must be ${expected}, found ${describeValue(value)}.`,
    value,
    {
      help: helpForTrap(value, expected),
    },
  );
}

/** YAML 1.1 reads some words as something else than text; the person meant the text. */
export function helpForTrap(value: LocatedValue, expected: string): string | undefined {
  if (value.kind !== "scalar" || value.isQuoted || !expected.includes("text") || value.isSecret === true)
    return undefined;
  if (value.type === "string" || value.type === "null") return undefined;
  if (String(value.value) === value.source) return `Quote it: "${value.source}".`;
  return `YAML 1.1 reads ${value.source} as ${describeValue(value)}; quote it: "${value.source}".`;
}
