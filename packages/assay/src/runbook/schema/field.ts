import { didYouMean } from "../nearest.ts";
import type { Problems } from "../problems.ts";
import { describeValue, isNull, type LocatedValue, type PlainValue, shortened, toPlain } from "../value.ts";

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

type FieldTable = Readonly<Record<string, Field<unknown>>>;
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
      const help = helpForKey(key, section.table, path, context);
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

function wrongType(
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

interface TextRules {
  readonly pattern?: RegExp;
  /** What the pattern wants, in words. */
  readonly wants?: string;
}

export function text(about: string, rules: TextRules = {}): Field<string> {
  return {
    expects: rules.wants ?? "a text",
    about,
    read(value, path, context) {
      if (value.kind === "scalar" && typeof value.value === "string" && value.type === "string") {
        if (rules.pattern === undefined || rules.pattern.test(value.value)) return value.value;
        wrongType(value, path, rules.wants ?? "a text", context);
        return undefined;
      }
      wrongType(value, path, "a text", context);
      return undefined;
    },
  };
}

const TRUE_TEXT = /^(?:t|true|on|y|yes|1)$/i;
const FALSE_TEXT = /^(?:f|false|off|n|no|0)$/i;

export function flag(about: string): Field<boolean> {
  return {
    expects: "true or false",
    about,
    read(value, path, context) {
      if (value.kind === "scalar") {
        if (typeof value.value === "boolean") return value.value;
        const plain = String(value.value);
        if (TRUE_TEXT.test(plain)) return true;
        if (FALSE_TEXT.test(plain)) return false;
      }
      wrongType(value, path, "true or false", context);
      return undefined;
    },
  };
}

interface NumberRules {
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A whole number; digit texts are read, fractions cut off, as upstream does. */
export function integer(about: string, rules: NumberRules = {}): Field<number> {
  return numeric(about, "a whole number", /^[-+]?\d{1,15}$/, Math.trunc, rules);
}

export function number(about: string, rules: NumberRules = {}): Field<number> {
  return numeric(about, "a number", /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/, (value) => value, rules);
}

function numeric(
  about: string,
  noun: string,
  written: RegExp,
  adjust: (value: number) => number,
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: NumberRules,
): Field<number> {
  return {
    expects: noun,
    about,
    read(value, path, context) {
      const isNumber =
        value.kind === "scalar" &&
        (typeof value.value === "number" ||
          typeof value.value === "boolean" ||
          (value.type === "string" && written.test(String(value.value).trim())));
      const held = isNumber ? adjust(Number(value.value)) : Number.NaN;
      if (!Number.isFinite(held)) {
        wrongType(value, path, noun, context);
        return undefined;
      }
      if (held >= minimum && held <= maximum) return held;
      const range = maximum === Number.POSITIVE_INFINITY ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
      wrongType(value, path, `${noun} ${range}`, context, "S04");
      return undefined;
    },
  };
}

/** One of the given words, spelled exactly so. */
export function choice<const W extends string>(words: readonly W[], about: string, code = "S03"): Field<W> {
  const shown = words.filter((word) => word !== "").map((word) => `'${word}'`);
  const expects = `one of ${shown.join(", ")}`;
  return {
    expects,
    about,
    read(value, path, context) {
      const found = value.kind === "scalar" ? words.find((word) => word === value.value) : undefined;
      if (found !== undefined || value.kind === "broken") return found;
      const near = value.kind === "scalar" ? didYouMean(value.source, words) : undefined;
      context.problems.error(code, `'${path}' must be ${expects}, found ${describeValue(value)}.`, value, {
        help: near,
      });
      return undefined;
    },
  };
}

/** A list; with `acceptsOne` a single item stands for a list of one. */
export function list<T>(
  item: Field<T>,
  about: string,
  options: { readonly acceptsOne?: boolean } = {},
): Field<readonly T[]> {
  const expects = `a list, each item ${item.expects}`;
  return {
    expects,
    about,
    read(value, path, context) {
      const items = value.kind === "list" ? value.items : options.acceptsOne === true ? [value] : undefined;
      if (items === undefined) {
        wrongType(value, path, expects, context);
        return undefined;
      }
      return items.flatMap((held, index) => {
        const typed = item.read(
          held,
          items.length === 1 && value.kind !== "list" ? path : `${path}[${index}]`,
          context,
        );
        return typed === undefined ? [] : [typed];
      });
    },
  };
}

/** A section of its own. */
export function section<T extends FieldTable>(of: Fields<T>, about: string): Field<FieldsRead<T>> {
  return { expects: "a mapping", about, read: (value, path, context) => checkFields(of, value, path, context) };
}

/** Any value, looked at elsewhere or passed on as it is. */
export function anything(about: string): Field<PlainValue> {
  return {
    expects: "any value",
    about,
    read: (value) => (value.kind === "broken" ? undefined : toPlain(value)),
  };
}
