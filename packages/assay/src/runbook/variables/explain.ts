import type { ListedCombinator } from "../combinators/combinator.ts";
import { OUTSIDE_FILES, placeText } from "../problems.ts";
import type { Position } from "../types.ts";
import { describeValue, type LocatedValue, toPlain } from "../value.ts";
import { addReferences } from "./dependencies.ts";
import { maskSecret } from "./mask.ts";
import type { VariableTrace, VariableUse } from "./trace.ts";
import type { VariableSet, VariableSource } from "./variable-set.ts";

/** Where a value was given. */
export interface ValuePlace {
  /** Who gave it from outside the files, such as `-v on the command line`. */
  readonly giver: string | undefined;
  readonly position: Position | undefined;
  /** The value as shown to people; secrets are masked. */
  readonly shown: string;
}

/** Where the value of a variable comes from and where it goes. */
export interface VariableExplanation {
  /** As it is spelled where it is defined. */
  readonly name: string;
  readonly isSecret: boolean;
  readonly isCaseVisible: boolean;
  /** The value in force. */
  readonly shown: string;
  /** Such as `text`, `number` or `list`; `unknown` before something of the run gives it. */
  readonly type: string;
  /** Whose value is in force, as it was given. */
  readonly from: ValuePlace;
  /** What it takes the place of, highest rank first. */
  readonly overrides: readonly ValuePlace[];
  /** How a text became a value of another type, a sentence. */
  readonly conversion: string | undefined;
  /** The variables its value is made of, directly or through others, each once. */
  readonly references: readonly (ValuePlace & { readonly name: string })[];
  readonly uses: readonly VariableUse[];
  /** What a combinator sets it to in its combinations, above all other values; absent when none does. */
  readonly combinations: { readonly giver: string; readonly shown: readonly string[] } | undefined;
}

/**
 * Explains a variable of a loaded runbook, case ignored; undefined when nothing gives it a value. `combinator` is the
 * runbook's, when its combinations are known.
 */
export function explainVariable(
  name: string,
  trace: VariableTrace,
  combinator?: ListedCombinator,
): VariableExplanation | undefined {
  const { variables } = trace;
  const value = variables?.lookup(name);
  const [first, ...rest] = variables?.sourcesOf(name) ?? [];
  if (variables === undefined || value === undefined || first === undefined) return undefined;
  return {
    name: variables.names.find((each) => each.toLowerCase() === name.toLowerCase()) ?? name,
    isSecret: variables.isSecret(name),
    isCaseVisible: variables.isCaseVisible(name),
    shown: shownValue(name, value, variables),
    type: typeOf(value),
    from: placeOf(name, first, variables),
    overrides: rest.map((source) => placeOf(name, source, variables)),
    conversion: conversionOf(name, first, value, rest, variables),
    references: referencesOf(first.value, name, variables),
    uses: trace.usesOf(name),
    combinations: combinationsOf(name, combinator, variables.isSecret(name)),
  };
}

/** Values that are told; a list of hundreds helps nobody. */
const MOST_VALUES = 20;
/** A product can be very long; the values of its first combinations tell enough. */
const MOST_COMBINATIONS = 10_000;

function combinationsOf(
  name: string,
  combinator: ListedCombinator | undefined,
  isSecret: boolean,
): VariableExplanation["combinations"] {
  const shown = new Set<string>();
  let giver = "";
  let left = MOST_COMBINATIONS;
  for (const values of combinator?.combinations ?? []) {
    if (left === 0 || shown.size > MOST_VALUES) break;
    left -= 1;
    const own = values.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (own === undefined) continue;
    giver = own.origin;
    shown.add(isSecret || own.isSecret === true ? maskSecret("", undefined) : JSON.stringify(own.value));
  }
  return giver === ""
    ? undefined
    : { giver, shown: [...shown].map((text, index) => (index < MOST_VALUES ? text : "…")) };
}

const LONGEST_SHOWN = 200;

/** One line; texts in quotes, lists and mappings as JSON. */
function shownValue(name: string, value: LocatedValue, variables: VariableSet): string {
  if (value.kind === "broken") return "not known before the run";
  if (value.isSecret === true || variables.isSecret(name)) {
    const mask = variables.definition(name)?.mask;
    return value.kind === "scalar" ? maskSecret(String(value.value ?? ""), mask) : maskSecret("", undefined);
  }
  const text = value.kind === "scalar" && value.type === "string" ? `'${value.source}'` : plainText(value);
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= LONGEST_SHOWN ? line : `${line.slice(0, LONGEST_SHOWN - 1)}…`;
}

const plainText = (value: LocatedValue): string =>
  value.kind === "scalar" ? value.source || "null" : JSON.stringify(withoutSecrets(value));

/** The bare data, with every secret in it masked. */
function withoutSecrets(value: LocatedValue): unknown {
  if (value.isSecret === true) return maskSecret("", undefined);
  if (value.kind === "list") return value.items.map(withoutSecrets);
  if (value.kind !== "mapping") return toPlain(value);
  return Object.fromEntries(value.entries.map((entry) => [entry.key, withoutSecrets(entry.value)]));
}

function typeOf(value: LocatedValue): string {
  if (value.kind === "broken") return "unknown";
  if (value.kind !== "scalar") return value.kind;
  if (value.type === "string") return "text";
  return value.type === "integer" || value.type === "float" ? "number" : value.type;
}

function placeOf(name: string, { giver, value }: VariableSource, variables: VariableSet): ValuePlace {
  const position = value.position === OUTSIDE_FILES ? undefined : value.position;
  return { giver, position, shown: shownValue(name, value, variables) };
}

/** A literal text that is no text any more was given the type of the value below it. */
function conversionOf(
  name: string,
  given: VariableSource,
  value: LocatedValue,
  older: readonly VariableSource[],
  variables: VariableSet,
): string | undefined {
  const from = given.value;
  if (from.kind !== "scalar" || from.type !== "string" || value.kind === "broken" || typeOf(value) === "text") {
    return undefined;
  }
  if (given.giver === undefined && from.source.includes("$(")) return undefined;
  const like = older.find((source) => source.giver === undefined)?.value;
  const where = like === undefined ? "" : `, the type of the value at ${placeText(like.position)}`;
  const text = variables.isSecret(name) ? "The secret text" : `The text '${from.source}'`;
  const became = variables.isSecret(name) ? `a ${typeOf(value)}` : describeValue(value);
  return `${text} became ${became}${where}.`;
}

function referencesOf(
  value: LocatedValue,
  own: string,
  variables: VariableSet,
): readonly (ValuePlace & { readonly name: string })[] {
  // What comes from outside stays literal: '$(x)' in it is no reference.
  if (value.position === OUTSIDE_FILES) return [];
  const names = new Set<string>();
  addReferences(value, names);
  const found: (ValuePlace & { readonly name: string })[] = [];
  // A set hands out what is added while it is walked.
  for (const name of names) {
    const resolved = variables.lookup(name);
    const [source] = variables.sourcesOf(name);
    if (name === own.toLowerCase() || resolved === undefined || source === undefined) continue;
    found.push({ ...placeOf(name, source, variables), name, shown: shownValue(name, resolved, variables) });
    if (source.giver === undefined) addReferences(source.value, names);
  }
  return found;
}
