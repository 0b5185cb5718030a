import { OUTSIDE_FILES } from "../problems.ts";
import type { AssignedVariable } from "../types.ts";
import { brokenValue, type LocatedValue, listValue, mappingValue, type PlainValue, textValue } from "../value.ts";
import type { Override } from "./overrides.ts";

/**
 * Values of combinators and transformers over those of `beneath`, by lower-cased name; they keep their types. Later ones
 * win, so they are given in the order in which they came to be. Secrecy and visibility of the value beneath stay.
 */
export function assignedOverrides(
  assigned: readonly AssignedVariable[],
  beneath: ReadonlyMap<string, Override>,
): ReadonlyMap<string, Override> {
  const overrides = new Map(beneath);
  for (const { name, value: plain, origin: source, isSecret: isMarked = false } of assigned) {
    const key = name.toLowerCase();
    const replaces = overrides.get(key);
    const isSecret = isMarked || (replaces?.isSecret ?? false);
    const value = located(plain, { isSecret, trail: [`variable '${name}' set by ${source}`] });
    overrides.set(key, { name, value, isSecret, isCaseVisible: replaces?.isCaseVisible ?? false, source, replaces });
  }
  return overrides;
}

/** A variable that something will set while the run goes on: it may be used, and nothing is known of its value. */
export function unknownOverride(name: string, isSecret: boolean, source: string): Override {
  return {
    name,
    value: brokenValue(OUTSIDE_FILES),
    isSecret,
    isCaseVisible: false,
    source,
  };
}

type Marks = { readonly isSecret: boolean; readonly trail: readonly string[] };

function located(value: PlainValue, marks: Marks): LocatedValue {
  if (typeof value === "string") return textValue(value, OUTSIDE_FILES, marks);
  if (value === null || typeof value !== "object") {
    const type =
      value === null ? "null" : typeof value === "boolean" ? "boolean" : Number.isInteger(value) ? "integer" : "float";
    const source = String(value);
    return { ...textValue(source, OUTSIDE_FILES, marks), type, value, isQuoted: false };
  }
  if (isList(value)) {
    return listValue(
      value.map((item) => located(item, marks)),
      OUTSIDE_FILES,
      marks,
    );
  }
  const entries = Object.entries(value).map(([key, item]) => ({
    key,
    keyPosition: OUTSIDE_FILES,
    value: located(item, marks),
  }));
  return mappingValue(entries, OUTSIDE_FILES, marks);
}

const isList = (value: PlainValue): value is readonly PlainValue[] => Array.isArray(value);
