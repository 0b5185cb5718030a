import { didYouMean } from "../nearest.ts";
import type { Problems } from "../problems.ts";
import { describeValue, isNull, type LocatedValue, shortened } from "../value.ts";

export interface FieldContext {
  readonly problems: Problems;
  /** `--compat`: what upstream silently ignores is a warning. */
  readonly isCompatible: boolean;
  /** Sections in which a key is known, for keys that stand in the wrong place. */
  readonly sectionsWith?: (key: string) => readonly string[];
}

/** What a key may hold: one object reads it, says what it expects and documents it. */
export interface Field<T> {
  /** Such as `a list of texts`. */
  readonly expects: string;
  readonly about: string;
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
}

export type FieldsRead<T extends FieldTable> = { readonly [K in keyof T]?: Held<T[K]> };

export function fields<T extends FieldTable>(
  table: T,
  options: { readonly code?: string; readonly isLenientUpstream?: boolean } = {},
): Fields<T> {
  const isLenientUpstream = options.isLenientUpstream ?? false;
  return { table, code: options.code ?? (isLenientUpstream ? "T03" : "S01"), isLenientUpstream };
}

/** Reads a section: unknown keys are reported, null counts as absent. Undefined when the value is no mapping. */
export function checkFields<T extends FieldTable>(
  section: Fields<T>,
  value: LocatedValue,
  path: string,
  context: FieldContext,
): FieldsRead<T> | undefined {
  if (value.kind === "broken") return undefined;
  if (value.kind !== "mapping") {
    wrongType(value, path, "a mapping", context);
    return undefined;
  }
  const read: Record<string, unknown> = {};
  for (const { key, keyPosition, value: held } of value.entries) {
    const field = Object.hasOwn(section.table, key) ? section.table[key] : undefined;
    if (field === undefined) {
      const isWarning = section.isLenientUpstream && context.isCompatible;
      const help = context.problems.isFlooded ? undefined : helpForKey(key, section.table, path, context);
      const message = `The key '${shortened(key)}' is not known in ${nameOf(path)}.`;
      context.problems[isWarning ? "warning" : "error"](section.code, message, keyPosition, { help });
    } else if (!isNull(held)) {
      const typed = field.read(held, path === "" ? key : `${path}.${key}`, context);
      if (typed !== undefined) read[key] = typed;
    }
  }
  return read as FieldsRead<T>;
}

const nameOf = (path: string): string => (path === "" ? "a runbook" : `'${path}'`);

function helpForKey(key: string, table: FieldTable, path: string, context: FieldContext): string {
  const near = didYouMean(key, Object.keys(table));
  if (near !== undefined) return near;
  if (key.startsWith("$(")) return "Keys are never replaced by variables.";
  const elsewhere = (context.sectionsWith?.(key) ?? []).filter((section) => section !== path);
  if (elsewhere.length > 0) return `'${key}' belongs to ${elsewhere.map((name) => `'${name}'`).join(" or ")}.`;
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
    code,
    `${path === "" ? "The runbook" : `'${path}'`} must be ${expected}, found ${describeValue(value)}.`,
    value,
    {
      help: helpForTrap(value, expected),
    },
  );
}

/** YAML 1.1 reads some words as something else than text; the person meant the text. */
function helpForTrap(value: LocatedValue, expected: string): string | undefined {
  if (value.kind !== "scalar" || value.isQuoted || !expected.includes("text") || value.isSecret === true)
    return undefined;
  if (value.type === "string" || value.type === "null") return undefined;
  return `YAML 1.1 reads ${value.source} as ${describeValue(value)}; quote it: "${value.source}".`;
}
