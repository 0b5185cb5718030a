import { OUTSIDE_FILES, type Problems, placeText } from "../problems.ts";
import {
  brokenValue,
  describeValue,
  isTooLarge,
  type LocatedValue,
  listValue,
  MAX_WEIGHT,
  mappingValue,
  type ScalarValue,
  textValue,
} from "../value.ts";
import { findReferences, type Reference } from "./reference.ts";

export interface SubstituteContext {
  readonly problems: Problems;
  /** The value of a variable; undefined when there is none of this name. */
  readonly lookup: (name: string) => LocatedValue | undefined;
  /** Hears of every reference, also of one to a variable that does not exist. */
  readonly noteUse: (name: string, at: ScalarValue) => void;
  /** Reports a reference to a variable that does not exist. */
  readonly reportUndefined: (name: string, at: ScalarValue) => void;
}

/**
 * Replaces every `$(x)` in the texts of a value. A text that is nothing but one reference takes the variable's value with
 * its type; inside other text the value is written as Python would (`True`, `None`). Keys are left alone.
 */
export function substitute(value: LocatedValue, context: SubstituteContext): LocatedValue {
  // Aliases share one object; each is replaced once for all its users.
  const done = new Map<LocatedValue, LocatedValue>();
  const visit = (item: LocatedValue): LocatedValue => {
    const known = done.get(item);
    if (known !== undefined) return known;
    const replaced = replace(item, visit, context);
    const checked = isTooLarge(replaced) ? tooLarge(item, context) : replaced;
    done.set(item, checked);
    return checked;
  };
  return visit(value);
}

function replace(
  value: LocatedValue,
  visit: (item: LocatedValue) => LocatedValue,
  context: SubstituteContext,
): LocatedValue {
  if (value.kind === "scalar") return value.type === "string" ? replaceInText(value, context) : value;
  const marks = { ...(value.trail && { trail: value.trail }), ...(value.isSecret && { isSecret: true }) };
  if (value.kind === "list") {
    const items = value.items.map(visit);
    return items.every((item, index) => item === value.items[index]) ? value : listValue(items, value.position, marks);
  }
  if (value.kind === "mapping") {
    const entries = value.entries.map((entry) => ({ ...entry, value: visit(entry.value) }));
    const isSame = entries.every((entry, index) => entry.value === value.entries[index]?.value);
    return isSame ? value : mappingValue(entries, value.position, marks);
  }
  return value;
}

function replaceInText(scalar: ScalarValue, context: SubstituteContext): LocatedValue {
  const text = String(scalar.value);
  const references = findReferences(text);
  const [first] = references;
  if (first === undefined) return scalar;
  if (first.start === 0 && first.end === text.length) {
    const found = find(first, scalar, context);
    return found === undefined ? brokenValue(scalar.position) : { ...found, position: scalar.position };
  }
  return replaceEmbedded(scalar, text, references, context);
}

function replaceEmbedded(
  scalar: ScalarValue,
  text: string,
  references: readonly Reference[],
  context: SubstituteContext,
): LocatedValue {
  const parts: string[] = [];
  const trail: string[] = [];
  let last = 0;
  let length = 0;
  let isBroken = false;
  let isSecret = scalar.isSecret ?? false;
  for (const reference of references) {
    const found = find(reference, scalar, context);
    if (found?.kind === "list" || found?.kind === "mapping") {
      const message = `The variable '${reference.name}' holds ${describeValue(found)} and cannot stand inside other text.`;
      context.problems.error("V09", message, scalar, { help: `Make the whole value '$(${reference.name})'.` });
    }
    if (found?.kind !== "scalar") {
      isBroken = true;
      continue;
    }
    const written = pythonText(found);
    warnOfLostSpelling(found, written, reference.name, scalar, context);
    parts.push(text.slice(last, reference.start), written);
    trail.push(...(found.trail ?? []));
    length += written.length;
    isSecret ||= found.isSecret ?? false;
    last = reference.end;
    // Stops before joining: a text may refer to a long variable very often.
    if (length > MAX_WEIGHT) return tooLarge(scalar, context);
  }
  if (isBroken) return brokenValue(scalar.position);
  parts.push(text.slice(last));
  return textValue(parts.join(""), scalar.position, {
    ...(trail.length > 0 && { trail: trail.slice(0, LONGEST_TRAIL) }),
    ...(isSecret && { isSecret }),
  });
}

/** A version such as 9.10 or 22_04 is a number to YAML 1.1, and its spelling is not what stands in the text. */
function warnOfLostSpelling(
  found: ScalarValue,
  written: string,
  name: string,
  at: ScalarValue,
  { problems }: SubstituteContext,
): void {
  const isNumber = found.type === "integer" || found.type === "float";
  if (!isNumber || found.isQuoted || found.isSecret === true || written === found.source) return;
  const place = { ...at, trail: found.trail ?? [] };
  problems.warning("R03", `The variable '${name}' is written ${found.source} and stands here as ${written}.`, place, {
    help: `YAML 1.1 reads it as a number; quote it where it is set: "${found.source}".`,
  });
}

/** Nobody reads more, and a long chain of variables would carry all of it along. */
const LONGEST_TRAIL = 10;

function find(reference: Reference, at: ScalarValue, context: SubstituteContext): LocatedValue | undefined {
  context.noteUse(reference.name, at);
  const found = context.lookup(reference.name);
  if (found === undefined) {
    context.reportUndefined(reference.name, at);
    return undefined;
  }
  const step =
    found.position === OUTSIDE_FILES ? [] : [`variable '${reference.name}' set at ${placeText(found.position)}`];
  return { ...found, trail: [...step, ...(found.trail ?? [])].slice(0, LONGEST_TRAIL) };
}

/** What Python's `str()` writes for a scalar, which is what LISA's users see in embedded references. */
function pythonText(scalar: ScalarValue): string {
  const { value, type } = scalar;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (type === "float" && Number.isInteger(value)) return `${value}.0`;
  return String(value);
}

function tooLarge(at: LocatedValue, { problems }: SubstituteContext): LocatedValue {
  problems.error("V12", "The variables in this value expand to too much data.", at.position, {
    help: "A variable that holds variables several times multiplies; shorten the chain.",
  });
  return brokenValue(at.position);
}
