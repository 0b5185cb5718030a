import { ExpressionError } from "../../expression/expression-error.ts";
import { parseExpression } from "../../expression/parse.ts";
import { didYouMean } from "../../nearest.ts";
import { childOf, describeValue, isNull, type LocatedValue, type PlainValue } from "../../value.ts";
import {
  checkFields,
  type Field,
  type FieldContext,
  type Fields,
  type FieldTable,
  fields,
  sectionSchema,
  wrongType,
} from "../field.ts";
import { either, type JsonSchema, orReference } from "../json-schema.ts";
import { text } from "../kinds.ts";

export type Inputs = Readonly<Record<string, PlainValue>>;

/** A mapping of known keys. */
export interface Kind {
  readonly about: string;
  readonly fields: Fields<FieldTable>;
  /** Keys for which null says something else than absence. */
  readonly nullable?: readonly string[];
}

/** Declares a kind. Upstream ignores unknown keys in all of them, so `--compat` only warns. */
export function kind(about: string, table: FieldTable, required: readonly string[] = []): Kind {
  return { about, fields: fields(table, { isLenientUpstream: true, required }) };
}

/** Reads a mapping of one kind. Fields of a kind hold plain data: texts, numbers, flags, lists and mappings of them. */
export function readKind(of: Kind, value: LocatedValue, path: string, context: FieldContext): Inputs | undefined {
  const read = checkFields(of.fields, value, path, context) as Inputs | undefined;
  if (read === undefined || value.kind !== "mapping") return undefined;
  const nulls = value.entries.filter((entry) => of.nullable?.includes(entry.key) === true && isNull(entry.value));
  return { ...read, ...Object.fromEntries(nulls.map(({ key }) => [key, null])) };
}

/** A mapping of one kind as a field. */
export function nested(of: Kind): Field<Inputs> {
  return {
    expects: "a mapping",
    about: of.about,
    schema: () => sectionSchema(of.fields),
    read: (value, path, context) => readKind(of, value, path, context),
  };
}

/** A mapping whose `type` decides which keys it has. */
export function typed(kinds: Readonly<Record<string, Kind>>, about: string): Field<Inputs> {
  const names = Object.keys(kinds);
  const withType = Object.fromEntries(
    Object.entries(kinds).map(([name, of]) => [name, { ...of, fields: typedFields(name, of.fields) }]),
  );
  return {
    expects: `a mapping whose 'type' is one of ${names.map((name) => `'${name}'`).join(", ")}`,
    about,
    schema: () => either(...Object.values(withType).map((of) => sectionSchema(of.fields))),
    read(value, path, context) {
      const name = typeOf(value, path, names, context);
      const of = name === undefined ? undefined : withType[name];
      return of === undefined ? undefined : readKind(of, value, path, context);
    },
  };
}

/** The same keys besides `type`, which has to be `name`. */
function typedFields(name: string, { table, required }: Fields<FieldTable>): Fields<FieldTable> {
  const type = { ...text("which kind it is"), schema: (): JsonSchema => ({ const: name }) };
  return fields<FieldTable>({ type, ...table }, { isLenientUpstream: true, required: ["type", ...required] });
}

/** The `type` of a mapping when it is one of `names`; anything else is reported. */
export function typeOf(
  value: LocatedValue,
  path: string,
  names: readonly string[],
  context: FieldContext,
): string | undefined {
  const { problems } = context;
  if (value.kind === "broken") return undefined;
  const known = `Types: ${names.join(", ")}.`;
  const type = value.kind === "mapping" ? childOf(value, "type") : undefined;
  if (type === undefined) {
    const isMapping = value.kind === "mapping";
    const message = isMapping
      ? `'${path}' has no 'type'.`
      : `'${path}' must be a mapping, found ${describeValue(value)}.`;
    problems.error(isMapping ? "T02" : "S02", message, value, { help: known });
    return undefined;
  }
  if (type.kind !== "scalar") {
    wrongType(type, `${path}.type`, "a text", context);
    return undefined;
  }
  const found = names.find((name) => name === type.value);
  if (found === undefined) {
    const near = didYouMean(type.source, names);
    const message = `There is no type '${type.source}' for '${path}'.`;
    problems.error("T01", message, type, { help: near === undefined ? known : `${near} ${known}` });
  }
  return found;
}

/** A mapping with keys of the user's own. */
export function mapOf<T>(item: Field<T>, about: string): Field<Readonly<Record<string, T>>> {
  const expects = `a mapping, each value ${item.expects}`;
  return {
    expects,
    about,
    schema: () => ({ type: "object", additionalProperties: orReference(item.schema()) }),
    read(value, path, context) {
      if (value.kind !== "mapping") {
        wrongType(value, path, expects, context);
        return undefined;
      }
      const read: Record<string, T> = Object.create(null);
      for (const entry of value.entries) {
        const held = item.read(entry.value, `${path}.${entry.key}`, context);
        if (held !== undefined) read[entry.key] = held;
      }
      return read;
    },
  };
}

/** A text or a number, as text: versions and branches are often written without quotes. */
export function word(about: string): Field<string> {
  return {
    expects: "a text or a number",
    about,
    schema: () => either({ type: "string" }, { type: "number" }),
    read(value, path, context) {
      if (value.kind === "scalar" && !isNull(value) && typeof value.value !== "boolean") return value.source;
      wrongType(value, path, "a text or a number", context);
      return undefined;
    },
  };
}

/** An expression of the safe language; what it cannot be read as is told before anything runs. */
export function expression(about: string): Field<string> {
  const plain = text(about);
  return {
    ...plain,
    read(value, path, context) {
      const source = plain.read(value, path, context);
      if (source === undefined) return undefined;
      try {
        parseExpression(source);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        // The lines after the first show the expression, in which a secret may stand.
        const told = value.isSecret === true ? error.message.replace(/\n[\s\S]*/, "") : error.message;
        context.problems.error("T08", `'${path}' is no expression. ${told}`, value);
      }
      return source;
    },
  };
}
