import { isNull, type LocatedValue, type PlainValue } from "../value.ts";
import type { Field, FieldContext } from "./field.ts";

/**
 * The same key, checked in full, which this version cannot carry out. That is told, never passed over: as what a run
 * refuses, or only as a warning where the verdict is the same without it.
 */
export function unsupported<T>(
  field: Field<T>,
  options: { readonly unless?: readonly PlainValue[]; readonly isHarmless?: boolean } = {},
): Field<T> {
  return {
    ...field,
    isUnsupported: true,
    read(value, path, context) {
      const read = field.read(value, path, context);
      if (read !== undefined && context.isUnused !== true && !isNeutral(value, options.unless ?? []))
        tellUnsupported(value, path, field.about, options.isHarmless, context);
      return read;
    },
  };
}

/** Whether a value asks for nothing: empty, or as if the key were absent. */
function isNeutral(value: LocatedValue, neutral: readonly PlainValue[]): boolean {
  if (value.kind === "list") return value.items.every((item) => isNeutral(item, []));
  if (value.kind === "mapping") return value.entries.every(({ value: held }) => isNeutral(held, []));
  if (value.kind === "broken" || isNull(value)) return true;
  return [...neutral, ""].some((each) => String(each) === String(value.value));
}

function tellUnsupported(
  value: LocatedValue,
  path: string,
  about: string,
  isHarmless: boolean | undefined,
  { problems }: FieldContext,
): void {
  const message = `'${path}' (${about}) is not carried out by this version of assay.`;
  if (isHarmless === true) problems.warning("N01", message, value, { help: "The run goes on without it." });
  else problems.missing(message, value, { help: "Remove it, or run this runbook with LISA." });
}
