import type { CountRange, CountSpace } from "../requirement.ts";
import { childOf, type LocatedValue } from "../value.ts";
import { checkFields, type Field, type FieldContext, fields, sectionSchema, wrongType } from "./field.ts";
import { either, type JsonSchema, orReference } from "./json-schema.ts";
import { flag, integer } from "./kinds.ts";

const rangeFields = fields(
  {
    min: { ...integer("smallest", { minimum: 0 }), default: 0 },
    max: integer("largest; without it there is no limit", { minimum: 0 }),
    max_inclusive: { ...flag("whether 'max' itself belongs to the range"), default: true },
    choose_max_value: { ...flag("take the largest possible value instead of the smallest"), default: false },
  },
  { title: "range" },
);

const COUNT_FORMS = "a whole number, a range '{min: 1, max: 4}' or a list of ranges";

/** A number, a range or a list of them; any of the list will do. */
export function countSpace(about: string): Field<CountSpace> {
  return {
    expects: COUNT_FORMS,
    about,
    schema: countSchema,
    read(value, path, context) {
      if (value.kind !== "list") {
        const range = readRange(value, path, context);
        return range === undefined ? undefined : [range];
      }
      const ranges = value.items.flatMap((item, index) => readRange(item, `${path}[${index}]`, context) ?? []);
      if (value.items.length === 0) wrongType(value, path, COUNT_FORMS, context, "S06");
      return ranges.length === 0 ? undefined : ranges;
    },
  };
}

function countSchema(): JsonSchema {
  const one = [
    { type: "integer", minimum: 0 },
    { type: "string", pattern: "^[0-9]{1,9}$" },
    sectionSchema(rangeFields),
  ] as const;
  return { title: "count", ...either(...one, { type: "array", minItems: 1, items: orReference(either(...one)) }) };
}

function readRange(value: LocatedValue, path: string, context: FieldContext): CountRange | undefined {
  if (value.kind === "scalar") {
    const isCount = typeof value.value === "number" || (value.type === "string" && /^\d{1,9}$/.test(value.source));
    const count = Number(value.value);
    if (isCount && Number.isInteger(count) && count >= 0) return { minimum: count, maximum: count };
  }
  if (value.kind !== "mapping") {
    wrongType(value, path, COUNT_FORMS, context, "S06");
    return undefined;
  }
  const read = checkFields(rangeFields, value, path, context);
  if (read === undefined) return undefined;
  const minimum = read.min ?? 0;
  const limit = read.max ?? Number.POSITIVE_INFINITY;
  const maximum = read.max_inclusive === false ? limit - 1 : limit;
  if (minimum <= maximum)
    return { minimum, maximum, ...(read.choose_max_value === true ? { choosesLargest: true } : {}) };
  const [low, high] = [childOf(value, "min"), childOf(value, "max")];
  const places = [low, high].flatMap((end) =>
    end === undefined ? [] : [`line ${end.position.line}, column ${end.position.column}`],
  );
  context.problems.error("S07", `The range of '${path}' is empty: from ${minimum} to ${maximum}.`, value, {
    help: `'min' must not be larger than 'max'; they stand at ${places.join(" and ")}.`,
  });
  return undefined;
}
