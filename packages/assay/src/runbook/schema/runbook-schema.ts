import { sectionSchema } from "./field.ts";
import { type JsonSchema, SHARED } from "./json-schema.ts";
import { runbookFields } from "./runbook.ts";

/** The JSON Schema of a runbook, made from the tables that read it. Sections with a title stand once, under `$defs`. */
export function runbookSchema(): JsonSchema {
  const definitions = new Map<string, JsonSchema>(Object.entries(SHARED));
  const root = inner(sectionSchema(runbookFields), definitions);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Runbook",
    description: "A runbook of assay: which cases run where, with which variables.",
    ...root,
    $defs: Object.fromEntries([...definitions].sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}

/** The schema with every titled one below it replaced by a reference. */
function inner(schema: JsonSchema, definitions: Map<string, JsonSchema>): JsonSchema {
  const { items, properties, additionalProperties, anyOf, allOf, not } = schema;
  const each = (held: JsonSchema): JsonSchema => hoisted(held, definitions);
  return {
    ...schema,
    ...(items === undefined ? {} : { items: each(items) }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([key, held]) => [key, each(held)])) }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: each(additionalProperties) } : {}),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(each) }),
    ...(allOf === undefined ? {} : { allOf: allOf.map(each) }),
    ...(not === undefined ? {} : { not: each(not) }),
  };
}

function hoisted(schema: JsonSchema, definitions: Map<string, JsonSchema>): JsonSchema {
  if (schema.title === undefined) return inner(schema, definitions);
  const name = schema.title.replaceAll(/[^\w.-]+/g, "-");
  const made = inner(schema, definitions);
  const known = definitions.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(made)) {
    throw new Error(`Two sections with different keys have the title '${schema.title}'.`);
  }
  definitions.set(name, made);
  return { $ref: `#/$defs/${name}` };
}
