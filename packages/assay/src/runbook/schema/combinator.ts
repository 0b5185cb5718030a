import { dirname, isAbsolute, join } from "node:path";
import { type CsvTable, parseCsv } from "../combinators/csv.ts";
import { didYouMean } from "../nearest.ts";
import type { CombinatorSettings } from "../types.ts";
import { childOf, hasUnknown, isNull, type LocatedValue, type MappingValue, toPlain } from "../value.ts";
import { type FieldContext, type FieldTable, fields, withDefault } from "./field.ts";
import { anything, list, section, text } from "./kinds.ts";
import { remoteNodeFields } from "./node-kinds.ts";
import { mapOf, readKind, typeOf } from "./transformer/kind.ts";

const gridItem = fields(
  {
    name: text("name of the variable"),
    value: list(anything("one of its values"), "its values; the first item of a grid changes fastest"),
  },
  { isLenientUpstream: true, required: ["name", "value"] },
);

const csvColumn = fields(
  {
    column: text("heading of the column"),
    variable: text("name of the variable that takes its cells"),
    default: withDefault(text("value where the cell is empty"), ""),
  },
  { isLenientUpstream: true, required: ["column", "variable"] },
);

const TABLES: Readonly<Record<string, FieldTable>> = {
  grid: { items: list(section(gridItem, "a variable and its values"), "all values of each with all of the others") },
  batch: {
    items: list(mapOf(anything("its value"), "variables and their values"), "one run of the cases for each item"),
  },
  csv: {
    file_name: text("file of comma-separated values, relative to this file or to the folder assay is started in"),
    column_mapping: list(section(csvColumn, "a column and its variable"), "one run of the cases for each row"),
  },
  git_bisect: {
    connection: section(remoteNodeFields, "the machine on which the repository is cloned"),
    repo: text("address of the git repository"),
    good_commit: text("commit without the fault"),
    bad_commit: text("commit with the fault"),
  },
};

const type = text("how the values of the combinations come about");

/** Keys of each type of combinator. */
export const COMBINATOR_FIELDS = Object.fromEntries(
  Object.entries(TABLES).map(([name, table]) => [
    name,
    fields<FieldTable>(
      { type, ...table },
      { isLenientUpstream: true, required: ["type", ...Object.keys(table)], title: `combinator ${name}` },
    ),
  ]),
);

/** Reads `combinator:`. Undefined when there is none, or when it is wrong, which the context's problems then tell. */
export async function readCombinator(
  value: LocatedValue | undefined,
  context: FieldContext,
  readText: (path: string) => Promise<string>,
): Promise<CombinatorSettings | undefined> {
  const item = theOnly(value, context);
  if (item === undefined) return undefined;
  const added = context.kinds?.combinator ?? {};
  const name = typeOf(item, "combinator", [...Object.keys(TABLES), ...Object.keys(added)], context);
  if (name === undefined || item.kind !== "mapping") return undefined;
  const known = Object.hasOwn(COMBINATOR_FIELDS, name) ? COMBINATOR_FIELDS[name] : undefined;
  const table = known ?? fields<FieldTable>({ type, ...added[name] }, { isLenientUpstream: true, required: ["type"] });
  const settings = readKind({ about: name, fields: table }, item, "combinator", context);
  if (settings === undefined) return undefined;
  const read = { position: item.position, type: name, settings, ...(hasUnknown(item) ? { isPending: true } : {}) };
  if (name === "grid") checkGrid(item, context);
  return name === "csv" ? await withRows(read, item, context, readText) : read;
}

/** The combinator as one mapping; a list of one is what a sample of LISA shows. */
function theOnly(value: LocatedValue | undefined, { problems }: FieldContext): LocatedValue | undefined {
  if (value?.kind !== "list") return value;
  const [first, second] = value.items;
  if (second !== undefined) {
    problems.error("S02", "There can be one combinator only.", second, { help: "Keep one of them." });
    return undefined;
  }
  if (first === undefined || isNull(first)) return undefined;
  problems.warning("S02", "'combinator' is a mapping; a list with one item is read as if it were.", value, {
    help: "Remove the '- '.",
  });
  return first;
}

function checkGrid(item: MappingValue, { problems }: FieldContext): void {
  const items = childOf(item, "items");
  const names = new Set<string>();
  for (const each of items?.kind === "list" ? items.items : []) {
    const name = each.kind === "mapping" ? childOf(each, "name") : undefined;
    const values = each.kind === "mapping" ? childOf(each, "value") : undefined;
    if (name?.kind !== "scalar") continue;
    if (values?.kind === "list" && values.items.length === 0) {
      problems.error("C01", `The item '${name.source}' has no values.`, values, {
        help: "Give it at least one value, or remove the item.",
      });
    }
    const key = name.source.toLowerCase();
    if (names.has(key)) {
      problems.warning("C01", `The item '${name.source}' stands twice; the later one gives the value.`, name, {
        help: "Join their values in one item.",
      });
    }
    names.add(key);
  }
}

async function withRows(
  read: CombinatorSettings,
  item: MappingValue,
  context: FieldContext,
  readText: (path: string) => Promise<string>,
): Promise<CombinatorSettings> {
  const file = childOf(item, "file_name");
  if (file?.kind !== "scalar" || read.isPending === true) return read;
  const beside = join(dirname(file.position.file), file.source);
  const paths = isAbsolute(file.source) ? [file.source] : [...new Set([beside, file.source])];
  const source = await firstReadable(paths, readText);
  if (source === undefined) {
    context.problems.error("C02", `The file '${file.source}' cannot be read.`, file, {
      help: `Searched for ${paths.map((path) => `'${path}'`).join(" and ")}.`,
    });
    return read;
  }
  const parsed = parseCsv(source);
  if (typeof parsed === "string") {
    context.problems.error("C02", `'${file.source}' is no file of comma-separated values: ${parsed}`, file);
    return read;
  }
  checkColumns(childOf(item, "column_mapping"), parsed, context);
  return { ...read, table: parsed };
}

async function firstReadable(
  paths: readonly string[],
  readText: (path: string) => Promise<string>,
): Promise<string | undefined> {
  for (const path of paths) {
    const source = await readText(path).catch(() => undefined);
    if (source !== undefined) return source;
  }
  return undefined;
}

/** A column that is not there takes the default; without one nobody can have meant it. */
function checkColumns(mapping: LocatedValue | undefined, { columns }: CsvTable, { problems }: FieldContext): void {
  for (const each of mapping?.kind === "list" ? mapping.items : []) {
    const column = each.kind === "mapping" ? childOf(each, "column") : undefined;
    if (each.kind !== "mapping" || column?.kind !== "scalar" || columns.includes(column.source)) continue;
    const standard = childOf(each, "default");
    const hasDefault = standard !== undefined && toPlain(standard) !== "";
    const known = `Columns: ${columns.join(", ")}.`;
    const near = didYouMean(column.source, columns);
    const message = `The file has no column '${column.source}'${hasDefault ? `; the default is used in every row` : ""}.`;
    problems[hasDefault ? "warning" : "error"]("C02", message, column, {
      help: near === undefined ? known : `${near} ${known}`,
    });
  }
}

/** Warns of variables of the combinator to which nothing refers. `isUsed` tells it of a name, case ignored. */
export function warnOfUnusedNames(
  value: LocatedValue,
  isUsed: (name: string) => boolean,
  { problems }: FieldContext,
): void {
  const told = new Set<string>();
  for (const { name, at } of combinedNames(value)) {
    const key = name.toLowerCase();
    if (told.has(key) || isUsed(name)) continue;
    told.add(key);
    problems.warning("C03", `Nothing refers to '${name}', so its values change nothing.`, at, {
      help: `Write $(${name}) where its value belongs, or remove it from the combinator.`,
    });
  }
}

/** Names of the variables a combinator gives values, as they are written; also of one that is wrong elsewhere. */
export function combinedNames(
  value: LocatedValue | undefined,
): readonly { readonly name: string; readonly at: LocatedValue }[] {
  const item = value?.kind === "list" ? value.items[0] : value;
  const kind = item?.kind === "mapping" ? childOf(item, "type") : undefined;
  if (item?.kind !== "mapping" || kind?.kind !== "scalar") return [];
  if (kind.value === "git_bisect") return [{ name: "ref", at: item }];
  const held = childOf(item, kind.value === "csv" ? "column_mapping" : "items");
  const entries = held?.kind === "list" ? held.items.filter((each) => each.kind === "mapping") : [];
  if (kind.value === "batch") {
    return entries.flatMap((each) => each.entries.map(({ key, value: at }) => ({ name: key, at })));
  }
  return entries.flatMap((each) => {
    const name = childOf(each, kind.value === "csv" ? "variable" : "name");
    return name?.kind === "scalar" ? [{ name: name.source, at: name }] : [];
  });
}
