import type { PlainValue } from "../value.ts";

/** A value of the expression language. Whole numbers are bigint, others are number, as Python tells int from float. */
export type Value = bigint | number | string | boolean | null | Sequence | SetOfValues | Dict;

export interface Sequence {
  readonly kind: "list" | "tuple";
  readonly items: readonly Value[];
}

/** By key of {@link keyOf}. */
export interface SetOfValues {
  readonly kind: "set";
  readonly items: ReadonlyMap<string, Value>;
}

export interface Dict {
  readonly kind: "dict";
  readonly entries: ReadonlyMap<string, readonly [Value, Value]>;
}

/** A problem that has no place yet; whoever evaluates adds it. */
export class ValueProblem extends Error {}

/** What Python calls the type of a value. */
export function typeName(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (typeof value === "string") return "str";
  return typeof value === "boolean" ? "bool" : value.kind;
}

/** Equal values have equal keys: 1, 1.0 and True are the same. Throws ValueProblem for what can be changed. */
export function keyOf(value: Value): string {
  if (value === null) return "none";
  if (typeof value === "string") return `s${value}`;
  if (typeof value === "boolean") return value ? "n1" : "n0";
  if (typeof value === "bigint") return `n${value}`;
  if (typeof value === "number") return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
  if (value.kind === "tuple") return `t(${value.items.map((item) => JSON.stringify(keyOf(item))).join(",")})`;
  throw new ValueProblem(`A ${value.kind} cannot be a key or an item of a set.`);
}

export function dictOf(pairs: Iterable<readonly [Value, Value]>): Dict {
  return { kind: "dict", entries: new Map([...pairs].map((pair) => [keyOf(pair[0]), pair])) };
}

export function setOf(items: Iterable<Value>): SetOfValues {
  return { kind: "set", items: new Map([...items].map((item) => [keyOf(item), item])) };
}

/** As Python decides what counts as true. */
export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value !== "object") return Boolean(value);
  if (value.kind === "dict") return value.entries.size > 0;
  return value.kind === "set" ? value.items.size > 0 : value.items.length > 0;
}

/** What a loop walks over. Throws ValueProblem for what has no parts. */
export function itemsOf(value: Value): readonly Value[] {
  if (typeof value === "string") return [...value];
  if (value === null || typeof value !== "object") {
    throw new ValueProblem(`A value of the type ${typeName(value)} has no items.`);
  }
  if (value.kind === "dict") return [...value.entries.values()].map(([key]) => key);
  return value.kind === "set" ? [...value.items.values()] : value.items;
}

/** A runbook's value as a value of the language. */
export function fromPlain(value: PlainValue): Value {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return { kind: "list", items: value.map(fromPlain) };
  return dictOf(Object.entries(value).map(([key, item]) => [key, fromPlain(item)] as const));
}

/** A value as data of a runbook: tuples and sets become lists. Throws ValueProblem for numbers it cannot hold. */
export function toPlainValue(value: Value): PlainValue {
  if (typeof value === "bigint") {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new ValueProblem("The result is a number too large for a variable.");
    return number;
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new ValueProblem("The result is no finite number.");
  }
  if (value === null || typeof value !== "object") return value;
  if (value.kind !== "dict") return itemsOf(value).map(toPlainValue);
  return Object.fromEntries(
    [...value.entries.values()].map(([key, item]) => {
      if (typeof key !== "string") throw new ValueProblem("The keys of a result must be texts.");
      return [key, toPlainValue(item)];
    }),
  );
}
