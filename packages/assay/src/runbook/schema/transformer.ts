import { didYouMean } from "../nearest.ts";
import { TRANSFORMER_PHASES, type TransformerSettings } from "../types.ts";
import { childOf, describeValue, type LocatedValue, type MappingValue, type PlainValue } from "../value.ts";
import { checkFields, type FieldContext, type FieldTable, fields, withDefault } from "./field.ts";
import { choice, flag, list, text } from "./kinds.ts";
import { mapOf, typeOf } from "./transformer/kind.ts";
import { outputNames, TRANSFORMER_TYPES } from "./transformer/outputs.ts";
import { connection } from "./transformer/type.ts";

export { declaredOutputs, isSecretOutput } from "./transformer/outputs.ts";

/** Keys every transformer has. */
const common = {
  type: text("kind of transformer"),
  name: text("name other entries depend on; the type when absent"),
  prefix: text("what stands before the names of its outputs; the name when absent"),
  depends_on: withDefault(list(text("name of a transformer"), "entries that run before it"), []),
  rename: withDefault(mapOf(text("name of a variable"), "other names for its outputs"), {}),
  enabled: withDefault(flag("false leaves it out"), true),
  phase: withDefault(choice(TRANSFORMER_PHASES, "when it runs"), "init"),
};

/** Keys of each type of transformer, with the common ones. */
export const TRANSFORMER_FIELDS = Object.fromEntries(
  Object.entries(TRANSFORMER_TYPES).map(([name, { fields: own }]) => [
    name,
    fields<FieldTable>(
      { ...common, ...own.table },
      { isLenientUpstream: true, required: ["type", ...own.required], title: `transformer ${name}` },
    ),
  ]),
);

/** Reads `transformer:`; entries of one name are told apart by number. */
export function readTransformers(
  value: LocatedValue | undefined,
  context: FieldContext,
): readonly TransformerSettings[] {
  if (value === undefined || value.kind === "broken") return [];
  if (value.kind !== "list") {
    context.problems.error("S02", `'transformer' must be a list, found ${describeValue(value)}.`, value, {
      help: "Start each entry with '- '.",
    });
    return [];
  }
  const counts = new Map<string, number>();
  return value.items.flatMap((item, index) => {
    const path = `transformer[${index}]`;
    const read = readEntry(item, path, context);
    if (read === undefined) return [];
    const count = (counts.get(read.name) ?? 0) + 1;
    counts.set(read.name, count);
    if (count === 1) return [read];
    const name = `${read.name}#${count}`;
    const at = item.kind === "mapping" ? (childOf(item, "name") ?? item) : item;
    context.problems.warning("T06", `More than one transformer is called '${read.name}'; all of them run.`, at, {
      help: `This one is '${name}'. What depends on '${read.name}' waits for all.`,
    });
    return [{ ...read, name }];
  });
}

function readEntry(item: LocatedValue, path: string, context: FieldContext): TransformerSettings | undefined {
  const added = context.kinds?.transformer ?? {};
  const type = typeOf(item, path, [...Object.keys(TRANSFORMER_TYPES), ...Object.keys(added)], context);
  if (type === undefined || item.kind !== "mapping") return undefined;
  const known = Object.hasOwn(TRANSFORMER_TYPES, type) ? TRANSFORMER_TYPES[type] : undefined;
  const own = known?.fields ?? fields<FieldTable>({ ...connection, ...added[type] }, { isLenientUpstream: true });
  const read = checkFields(
    fields<FieldTable & typeof common>(
      { ...own.table, ...common },
      { isLenientUpstream: true, required: own.required },
    ),
    item,
    path,
    context,
  );
  if (read === undefined) return undefined;
  const name = read.name || type;
  const settings: TransformerSettings = {
    position: item.position,
    type,
    name,
    givenName: name,
    prefix: read.prefix || name,
    dependsOn: read.depends_on,
    dependencyPositions: positionsOf(childOf(item, "depends_on")),
    rename: read.rename,
    enabled: read.enabled,
    phase: read.phase,
    inputs: inputsOf(read, own.table),
  };
  if (settings.enabled) checkConnection(settings, item, path, context);
  checkRename(item, path, context);
  const missing = settings.enabled ? known?.missing(item) : undefined;
  if (missing !== undefined) {
    context.problems.missing(
      `The transformer '${type}' is not carried out by this version of assay: ${missing}.`,
      childOf(item, "type"),
      { help: "Switch it off with 'enabled: false', or run this runbook with LISA." },
    );
  }
  return settings;
}

function inputsOf(read: Readonly<Record<string, unknown>>, table: FieldTable): TransformerSettings["inputs"] {
  // Fields of transformers hold plain data.
  return Object.fromEntries(Object.keys(table).flatMap((key) => (key in read ? [[key, read[key] as PlainValue]] : [])));
}

function checkConnection(
  { type, phase }: TransformerSettings,
  item: MappingValue,
  path: string,
  { problems }: FieldContext,
): void {
  if (TRANSFORMER_TYPES[type]?.connection !== "unless-connected" || phase === "environment_connected") return;
  if (item.entries.some(({ key }) => key === "connection") && childOf(item, "connection") !== undefined) return;
  problems.error("T07", `'${path}' (${type}) has no 'connection'.`, item, {
    help: "Give it a 'connection' with the address of its machine, or 'phase: environment_connected'.",
  });
}

/** A name that no output has is told here, before the work is done. */
function checkRename(item: MappingValue, path: string, { problems }: FieldContext): void {
  const rename = childOf(item, "rename");
  const outputs = outputNames(item)?.map(({ full }) => full);
  if (rename?.kind !== "mapping" || outputs === undefined) return;
  for (const { key, keyPosition } of rename.entries) {
    if (outputs.some((output) => output.toLowerCase() === key.toLowerCase())) continue;
    const known = outputs.length === 0 ? "It has no outputs." : `Its outputs: ${outputs.join(", ")}.`;
    const near = didYouMean(key, outputs);
    problems.error("T05", `'${path}' has no output '${key}' to rename.`, keyPosition, {
      help: near === undefined ? known : `${near} ${known}`,
    });
  }
}

function positionsOf(dependsOn: LocatedValue | undefined) {
  return dependsOn?.kind === "list" ? dependsOn.items.map(({ position }) => position) : [];
}
