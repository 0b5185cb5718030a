import { didYouMean } from "../nearest.ts";
import { describeValue, type LocatedValue, type PlainValue, type ScalarValue, toPlain } from "../value.ts";
import {
  checkFields,
  type Field,
  type FieldContext,
  type Fields,
  type FieldsRead,
  type FieldTable,
  helpForTrap,
  sectionSchema,
  wrongType,
} from "./field.ts";
import { either, type JsonSchema, orReference, shared } from "./json-schema.ts";

interface TextRules {
  readonly pattern?: RegExp;
  /** What the pattern wants, in words. */
  readonly wants?: string;
}

export function text(about: string, rules: TextRules = {}): Field<string> {
  return {
    expects: rules.wants ?? "a text",
    about,
    schema: () => ({
      type: "string",
      ...(rules.pattern === undefined ? {} : { pattern: rules.pattern.source }),
    }),
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
    schema: () => either({ type: "boolean" }, shared("flagForms")),
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
  const forms = (exact: JsonSchema) => either({ type: "integer", ...exact }, shared("wholeNumberForms"));
  return numeric(about, "a whole number", /^[-+]?\d{1,15}$/, Math.trunc, rules, forms);
}

export function number(about: string, rules: NumberRules = {}): Field<number> {
  const written = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
  const forms = (exact: JsonSchema) => either({ type: "number", ...exact }, shared("numberForms"));
  return numeric(about, "a number", written, (value) => value, rules, forms);
}

function numeric(
  about: string,
  noun: string,
  written: RegExp,
  adjust: (value: number) => number,
  rules: NumberRules,
  forms: (exact: JsonSchema) => JsonSchema,
): Field<number> {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = rules;
  return {
    expects: noun,
    about,
    schema: () => forms(rules),
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
      if (value.kind === "scalar") tellTrap(value, path, context);
      if (held >= minimum && held <= maximum) return held;
      const range = maximum === Number.POSITIVE_INFINITY ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
      wrongType(value, path, `${noun} ${range}`, context, "S04");
      return undefined;
    },
  };
}

/** YAML 1.1 reads `010` as eight and `1:30` as ninety, which nobody expects of a number. */
function tellTrap(value: ScalarValue, path: string, { problems }: FieldContext): void {
  const isTrap = !value.isQuoted && value.type !== "string" && /^[-+]?0[0-9_]|:/.test(value.source);
  if (!isTrap || value.isSecret === true) return;
  problems.warning("R03", `'${path}': YAML 1.1 reads ${value.source} as the number ${value.value}.`, value, {
    help: `Write ${value.value} if that is meant.`,
  });
}

/** One of the given words, spelled exactly so. */
export function choice<const W extends string>(words: readonly W[], about: string, code = "S03"): Field<W> {
  const shown = words.filter((word) => word !== "").map((word) => `'${word}'`);
  const expects = `one of ${shown.join(", ")}`;
  return {
    expects,
    about,
    schema: () => ({ enum: words }),
    read(value, path, context) {
      const found = value.kind === "scalar" ? words.find((word) => word === value.value) : undefined;
      if (found !== undefined || value.kind === "broken") return found;
      const help = (): string | undefined =>
        (value.kind === "scalar" ? didYouMean(value.source, words) : undefined) ?? helpForTrap(value, "a text");
      context.problems.error(code, `'${path}' must be ${expects}, found ${describeValue(value)}.`, value, { help });
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
    schema: () => {
      const many: JsonSchema = { type: "array", items: orReference(item.schema()) };
      return options.acceptsOne === true ? either(many, item.schema()) : many;
    },
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
  return {
    expects: "a mapping",
    about,
    schema: () => sectionSchema(of),
    read: (value, path, context) => checkFields(of, value, path, context),
  };
}

/** A value that its reader looks at itself; `schema` says what it may look like. */
export function located(about: string, schema: () => JsonSchema): Field<LocatedValue> {
  return { expects: "a value", about, schema, read: (value) => value };
}

/** The same key, whose typed value is made of what was read. */
export function mapped<A, B>(field: Field<A>, make: (read: A, context: FieldContext) => B | undefined): Field<B> {
  return {
    expects: field.expects,
    about: field.about,
    ...(field.default === undefined ? {} : { default: field.default }),
    schema: () => field.schema(),
    read(value, path, context) {
      const read = field.read(value, path, context);
      return read === undefined ? undefined : make(read, context);
    },
  };
}

/** The same key; its value is masked wherever text leaves. */
export function secret(field: Field<string>): Field<string> {
  return mapped(field, (text, { secrets }) => {
    secrets?.add(text);
    return text;
  });
}

/** The same key, told to mean `standard` when it is absent: the reader of the section knows how. */
export function standing<T>(field: Field<T>, standard: PlainValue): Field<T> {
  return { ...field, default: standard };
}

/** Any value, looked at elsewhere or passed on as it is. */
export function anything(about: string): Field<PlainValue> {
  return {
    expects: "any value",
    about,
    schema: () => ({}),
    read: (value) => (value.kind === "broken" ? undefined : toPlain(value)),
  };
}
