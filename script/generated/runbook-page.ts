import type { JsonSchema } from "../../packages/assay/src/runbook/schema/json-schema.ts";
import { runbookSchema } from "../../packages/assay/src/runbook/schema/runbook-schema.ts";
import { familyOf, isSet, referredSection, wordsOf } from "./schema-words.ts";

const INTRODUCTION = `# Runbook reference

Made from the tables that read runbooks by \`script/generate\`. Do not edit. What a runbook is and how its parts work
together is told in [Runbooks](../runbook.md); \`assay schema\` prints the same as JSON Schema.

- A variable, \`$(name)\`, may stand for any value, and inside any text.
- A key without a value is the same as no key.
- True and false may also be written yes, no, on, off, 1 and 0; numbers may be quoted.
- A *set* is one value, a list of them, or \`{ items: […] }\`; with \`is_allow_set: false\` the items are those that are
  not wanted.
- A key with a default need not be given; a key marked *required* must.
`;

type Properties = NonNullable<JsonSchema["properties"]>;

/** docs/reference/runbook.md: every section, key, type, default and meaning. */
export async function runbookPage(): Promise<string> {
  const schema = runbookSchema();
  const definitions = schema.$defs ?? {};
  const order = sectionsOf(schema, definitions);
  const families = new Map(
    order.flatMap((name) => familyOf(name) ?? []).map((family) => [family, commonOf(family, order, definitions)]),
  );
  const told = new Set<string>();
  const sections = order.map((name) => {
    const family = familyOf(name) ?? "";
    const common = families.get(family);
    const section = `## ${name}\n\n${sectionText(definitions[name] ?? {}, common ?? {})}`;
    if (common === undefined || told.has(family)) return section;
    told.add(family);
    const kinds = order
      .filter((each) => familyOf(each) === family)
      .map((each) => `\`${each.slice(family.length + 1)}\``);
    const about = `The keys of every \`${family}\`; its \`type\` is one of ${kinds.join(", ")}, each with the keys told below.`;
    return `## ${family}\n\n${about}\n\n${table(rowsOf({ properties: common }, ""))}\n${section}`;
  });
  return [INTRODUCTION, `## runbook\n\n${table(rowsOf(schema, ""))}`, ...sections].join("\n");
}

/** Names of the sections, those the runbook itself refers to first, then those that these refer to. */
function sectionsOf(root: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): readonly string[] {
  const found = new Set<string>();
  let level: readonly JsonSchema[] = [root];
  while (level.length > 0) {
    const names = new Set(level.flatMap(namesIn).filter((name) => !found.has(name)));
    for (const name of names) found.add(name);
    level = [...names].flatMap((name) => definitions[name] ?? []);
  }
  return [...found];
}

/** Names of the sections to which a schema refers. */
function namesIn(schema: JsonSchema): readonly string[] {
  const { items, additionalProperties, anyOf = [], properties = {} } = schema;
  const more = typeof additionalProperties === "object" ? [additionalProperties] : [];
  const below = [...Object.values(properties), ...anyOf, ...(items === undefined ? [] : [items]), ...more];
  const name = referredSection(schema);
  return [...(name === undefined ? [] : [name]), ...below.flatMap(namesIn)];
}

/** Keys that all kinds of a family have alike. */
function commonOf(
  family: string,
  order: readonly string[],
  definitions: Readonly<Record<string, JsonSchema>>,
): Properties {
  const kinds = order.filter((name) => familyOf(name) === family).map((name) => definitions[name]?.properties ?? {});
  const [first = {}, ...others] = kinds;
  const alike = Object.entries(first).filter(([key, held]) =>
    others.every((other) => JSON.stringify(other[key]) === JSON.stringify(held)),
  );
  return Object.fromEntries(alike);
}

function sectionText(schema: JsonSchema, common: Properties): string {
  if (schema.properties !== undefined) {
    const own = Object.entries(schema.properties).filter(([key]) => common[key] === undefined && key !== "type");
    const rows = rowsOf({ ...schema, properties: Object.fromEntries(own) }, "");
    return rows.length === 0 ? "It has no keys of its own.\n" : table(rows);
  }
  const kinds = (schema.anyOf ?? []).flatMap((form) => {
    const kind = form.properties?.type?.const;
    const { type: _type, ...own } = form.properties ?? {};
    return typeof kind === "string" ? rowsOf({ properties: own }, `${kind}: `) : [];
  });
  return `One of ${wordsOf(schema)}.\n${kinds.length === 0 ? "" : `\n${table(kinds)}`}`;
}

const table = (rows: readonly string[]): string =>
  ["| Key | Value | Default | Meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");

function rowsOf(schema: JsonSchema, prefix: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, held]) => {
    const isRequired = schema.required?.includes(key) === true;
    const standard = held.default === undefined ? "" : `\`${JSON.stringify(held.default)}\``;
    const row = [`\`${prefix}${key}\``, wordsOf(held), isRequired ? "*required*" : standard, held.description ?? ""];
    const inner = new Map(innerOf(held).map((each) => [JSON.stringify(each), each]));
    return [
      `| ${row.map(cell).join(" | ")} |`,
      ...[...inner.values()].flatMap((each) => nestedRows(each, `${prefix}${key}`)),
    ];
  });
}

/** Keys of a mapping without a section of its own; of kinds that differ in their `type` each with its kind. */
function nestedRows(schema: JsonSchema, path: string): readonly string[] {
  const { type, ...own } = schema.properties ?? {};
  if (typeof type?.const !== "string") return rowsOf(schema, `${path}.`);
  return rowsOf({ ...schema, properties: own }, `${path} (${type.const}).`);
}

/** Mappings without a section of their own that a key may hold, alone or as items of a list. */
function innerOf(schema: JsonSchema): readonly JsonSchema[] {
  if (schema.properties !== undefined && schema.additionalProperties === false) return isSet(schema) ? [] : [schema];
  return [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])].flatMap(innerOf);
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
