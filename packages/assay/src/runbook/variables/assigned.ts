import { OUTSIDE_FILES } from "../problems.ts";
import type { AssignedVariable } from "../types.ts";
import { brokenValue, type LocatedValue, listValue, mappingValue, type PlainValue, textValue } from "../value.ts";
import type { Override } from "./overrides.ts";

/**
 * Values of combinators and transformers as overrides by lower-cased name; they keep their types. Later ones win, so they
 * are given in the order in which they came to be. `beneath` are the values whose place they take.
 */
export function assignedOverrides(
  assigned: readonly AssignedVariable[],
  beneath: ReadonlyMap<string, Override>,
): ReadonlyMap<string, Override> {
  const overrides = new Map<string, Override>();
  for (const { name, value: plain, origin: source, isSecret = false } of assigned) {
    const key = name.toLowerCase();
    const value = located(plain, { isSecret, trail: [`variable '${name}' set by ${source}`] });
    const replaces = overrides.get(key) ?? beneath.get(key);
    overrides.set(key, { name, value, isSecret, isCaseVisible: false, source, replaces });
  }
  return overrides;
}

/** A variable that something will set while the run goes on: it may be used, and nothing is known of its value. */
export function unknownOverride(name: string, isSecret: boolean): Override {
  return {
    name,
    value: brokenValue(OUTSIDE_FILES),
    isSecret,
    isCaseVisible: false,
    source: "a transformer of this run",
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
