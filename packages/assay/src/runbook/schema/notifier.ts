import { didYouMean } from "../nearest.ts";
import type { Runbook } from "../types.ts";
import { childOf, describeValue, type LocatedValue, toPlain } from "../value.ts";
import { checkFields, type FieldContext, type FieldTable, fields } from "./field.ts";
import { anything, flag, integer, later, list, text } from "./kinds.ts";

const common = {
  type: text("kind of report"),
  enabled: flag("false leaves it out"),
  priority: integer("order among notifiers"),
};
const lenient = { isLenientUpstream: true };

/** Reports this version makes, with their keys. */
export const NOTIFIER_FIELDS = {
  console: fields({ ...common, log_level: text("least level of shown lines") }, lenient),
  html: fields(
    {
      ...common,
      path: text("name of the report file"),
      auto_open: later("opening a browser", { severity: "warning", unless: [false] }),
    },
    lenient,
  ),
  junit: fields(
    {
      ...common,
      path: text("name of the report file"),
      include_subtest: flag("list sub-results as cases"),
      append_message_id: flag("add the result's id to its name"),
    },
    lenient,
  ),
} as const;

/** Reports of LISA that this version does not make; the verdict is the same without them. */
const LATER = ["file", "text_result", "env_stats", "perfdump", "perfevaluation", "log_agent", "azure_usage_counter"];

/** Reads `notifier:`; entries that are switched off or not carried out are left out. */
export function readNotifiers(value: LocatedValue | undefined, context: FieldContext): Runbook["notifiers"] {
  if (value === undefined) return [];
  list(anything("notifier"), "notifiers").read(value, "notifier", context);
  const items = value.kind === "list" ? value.items : [];
  return items.flatMap((item, index) => readNotifier(item, `notifier[${index}]`, context));
}

function readNotifier(item: LocatedValue, path: string, context: FieldContext): Runbook["notifiers"] {
  const { problems } = context;
  if (item.kind === "broken") return [];
  const type = item.kind === "mapping" ? childOf(item, "type") : undefined;
  if (item.kind !== "mapping" || type === undefined) {
    const message =
      item.kind === "mapping"
        ? `'${path}' has no 'type'.`
        : `'${path}' must be a mapping, found ${describeValue(item)}.`;
    problems.error("T02", message, item, { help: `Notifiers: ${Object.keys(NOTIFIER_FIELDS).join(", ")}.` });
    return [];
  }
  if (type.kind !== "scalar") return [];
  const known = (Object.keys(NOTIFIER_FIELDS) as (keyof typeof NOTIFIER_FIELDS)[]).find((name) => name === type.value);
  if (known === undefined) {
    if (LATER.includes(type.source)) {
      problems.warning("N01", `The notifier '${type.source}' is not carried out by this version of assay.`, type, {
        help: "The run goes on without it.",
      });
      return [];
    }
    const near = didYouMean(type.source, [...Object.keys(NOTIFIER_FIELDS), ...LATER]);
    const help = `${near === undefined ? "" : `${near} `}Notifiers: ${Object.keys(NOTIFIER_FIELDS).join(", ")}.`;
    problems.error("T01", `There is no notifier '${type.source}'.`, type, { help });
    return [];
  }
  const read = checkFields<FieldTable & typeof common>(NOTIFIER_FIELDS[known], item, path, context);
  if (read === undefined || read.enabled === false) return [];
  const settings = Object.fromEntries(
    item.entries
      .filter(({ key }) => !Object.hasOwn(common, key) && Object.hasOwn(NOTIFIER_FIELDS[known].table, key))
      .map((entry) => [entry.key, toPlain(entry.value)]),
  );
  return [{ type: known, settings }];
}
