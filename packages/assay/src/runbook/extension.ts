import { dirname, isAbsolute, resolve } from "node:path";
import type { Problems } from "./problems.ts";
import { checkFields, type FieldContext, fields, type Kinds } from "./schema/field.ts";
import { text } from "./schema/kinds.ts";
import { childOf, describeValue, isNull, type LocatedValue } from "./value.ts";

/** An entry of `extension:`, its variables replaced. */
export interface ExtensionReference {
  /** As written: a path, or the name of a package. */
  readonly source: string;
  /** What the path means: relative to the folder of the file it stands in. */
  readonly path: string;
  /** Folder of the file it stands in, where a package is looked for. */
  readonly folder: string;
  /** The first part of an import by which extensions name one another. */
  readonly name: string;
  /** For messages. */
  readonly at: LocatedValue;
}

/** Loads extensions and gives the kinds of sections they add; what is wrong goes to `problems`. Never throws. */
export type ExtensionLoader = (references: readonly ExtensionReference[], problems: Problems) => Promise<Kinds>;

/** Keys of an entry that is a mapping. */
export const extensionFields = fields(
  {
    path: text("folder, file or package with suites and other parts"),
    name: text("first part of the imports by which extensions name one another"),
  },
  { required: ["path"], title: "extension" },
);

/** Folders of LISA whose cases are part of assay's own catalogue. */
const BUILT_IN = /(?:^|[/\\])(?:microsoft|examples)[/\\]testsuites(?:[/\\]|$)/;

/**
 * The entries of all `extension:` lists, lowest rank first; an entry may stand alone and may be a bare path. LISA's own
 * suite folders are left out, because they stand for the built-in catalogue; so is a path that was there before.
 */
export function readExtensions(values: readonly LocatedValue[], context: FieldContext): readonly ExtensionReference[] {
  const byPath = new Map<string, ExtensionReference & { readonly isNamed: boolean }>();
  const items = values.flatMap((value) => (value.kind === "list" ? value.items : [value]));
  for (const [index, item] of items.entries()) {
    const entry = readEntry(item, index, context);
    if (entry === undefined || BUILT_IN.test(entry.path)) continue;
    const earlier = byPath.get(entry.path);
    if (earlier === undefined) byPath.set(entry.path, entry);
    else if (!earlier.isNamed && entry.isNamed) byPath.set(entry.path, { ...earlier, name: entry.name, isNamed: true });
  }
  return [...byPath.values()].map(({ isNamed: _, ...reference }) => reference);
}

function readEntry(
  item: LocatedValue,
  index: number,
  context: FieldContext,
): (ExtensionReference & { readonly isNamed: boolean }) | undefined {
  if (item.kind === "broken" || isNull(item)) return undefined;
  const at = item.kind === "mapping" ? childOf(item, "path") : item;
  const name = item.kind === "mapping" ? checkFields(extensionFields, item, `extension[${index}]`, context)?.name : "";
  if (at === undefined || at.kind === "broken") return undefined;
  if (at.kind !== "scalar" || at.type !== "string") {
    // A mapping's own path was told by its fields.
    if (item.kind !== "mapping") {
      const message = `'extension[${index}]' must be a path or a mapping with 'path' and 'name', found ${describeValue(at)}.`;
      context.problems.error("S02", message, at);
    }
    return undefined;
  }
  if (at.source === "") return undefined;
  const folder = resolve(dirname(at.position.file));
  const path = isAbsolute(at.source) ? at.source : resolve(folder, at.source);
  const isNamed = name !== undefined && name !== "";
  return { source: at.source, path, folder, name: isNamed ? name : `lisa_ext_${index}`, at, isNamed };
}
