import { childOf, type LocatedValue, type PlainValue, toPlain } from "../value.ts";
import { type Field, type FieldContext, wrongType } from "./field.ts";
import { either, orReference } from "./json-schema.ts";
import { choice } from "./kinds.ts";

/** A mapping with keys of the user's own. */
export function mapOf<T>(item: Field<T>, about: string): Field<Readonly<Record<string, T>>> {
  return {
    expects: "a mapping",
    about,
    schema: () => ({ type: "object", additionalProperties: orReference(item.schema()) }),
    read(value, path, context) {
      if (value.kind !== "mapping") {
        wrongType(value, path, "a mapping", context);
        return undefined;
      }
      const read: Record<string, T> = Object.create(null);
      for (const { key, value: held } of value.entries) {
        const typed = item.read(held, `${path}.${key}`, context);
        if (typed !== undefined) read[key] = typed;
      }
      return read;
    },
  };
}

/** A text in short, or a mapping (or another form that is no text) in full. */
export function oneForm<A, B>(short: Field<A>, long: Field<B>, about: string): Field<A | B> {
  return {
    expects: `${short.expects} or ${long.expects}`,
    about: `${about}: ${short.about}, or ${long.about}`,
    schema: () => either(short.schema(), long.schema()),
    read: (value: LocatedValue, path: string, context: FieldContext) =>
      value.kind === "mapping" || value.kind === "list"
        ? long.read(value, path, context)
        : short.read(value, path, context),
  };
}

/** A mapping whose `type` is one of these words and whose other keys are not looked at. */
export function openKind(types: readonly string[], about: string): Field<Readonly<Record<string, PlainValue>>> {
  const type = choice(types, "kind of the entry", "T01");
  return {
    expects: "a mapping with 'type'",
    about,
    schema: () => ({ type: "object", properties: { type: orReference(type.schema()) }, required: ["type"] }),
    read(value, path, context) {
      if (value.kind !== "mapping") {
        wrongType(value, path, "a mapping with 'type'", context);
        return undefined;
      }
      const given = childOf(value, "type");
      if (given === undefined) {
        const help = `Known are ${types.join(", ")}.`;
        context.problems.error("T02", `'${path}' has no 'type'.`, value, { help });
        return undefined;
      }
      if (type.read(given, `${path}.type`, context) === undefined) return undefined;
      return toPlain(value) as Readonly<Record<string, PlainValue>>;
    },
  };
}
