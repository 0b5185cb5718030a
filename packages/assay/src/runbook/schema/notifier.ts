import type { Runbook } from "../types.ts";
import { describeValue, type LocatedValue } from "../value.ts";
import type { FieldContext } from "./field.ts";
import { commonNotifier, NOTIFIERS } from "./notifier-kinds.ts";
import { readVariant } from "./variant.ts";

/** Reads `notifier:` in the order of `priority`; entries that are switched off are left out. */
export function readNotifiers(value: LocatedValue | undefined, context: FieldContext): Runbook["notifiers"] {
  if (value === undefined || value.kind === "broken") return [];
  if (value.kind !== "list") {
    context.problems.error("S02", `'notifier' must be a list, found ${describeValue(value)}.`, value, {
      help: "Start each entry with '- '.",
    });
    return [];
  }
  return value.items
    .flatMap((item, index) => readNotifier(item, `notifier[${index}]`, context))
    .sort((left, right) => left.priority - right.priority)
    .map(({ type, settings }) => ({ type, settings }));
}

function readNotifier(item: LocatedValue, path: string, context: FieldContext) {
  const notifier = readVariant(NOTIFIERS, item, path, context);
  if (notifier === undefined || notifier.read.enabled === false) return [];
  const { type, read } = notifier;
  const settings = Object.entries(read).filter(([key]) => !Object.hasOwn(commonNotifier, key));
  return [{ type, settings: Object.fromEntries(settings), priority: Number(read.priority ?? 100) }];
}
