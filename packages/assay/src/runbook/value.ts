import type { Position } from "./types.ts";

interface Origin {
  readonly position: Position;
  /** How the value came here other than by standing here, such as `variable 'x' set at a.yml:3:5`; nearest first. */
  readonly trail?: readonly string[];
  /** Comes from a secret variable, so no message may show it. */
  readonly isSecret?: boolean;
  /** Characters and nodes it has when every alias and variable in it is written out; bounds all later work on it. */
  readonly weight: number;
  /** Levels below it, likewise written out: aliases and variables can nest deeper than any file. */
  readonly depth: number;
}

export interface ScalarValue extends Origin {
  readonly kind: "scalar";
  readonly type: "string" | "integer" | "float" | "boolean" | "null" | "date";
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly source: string;
  /** Quoted or a block, so that YAML takes it as a string whatever it says. */
  readonly isQuoted: boolean;
}

export interface ListValue extends Origin {
  readonly kind: "list";
  readonly items: readonly LocatedValue[];
}

export interface MappingEntry {
  readonly key: string;
  readonly keyPosition: Position;
  readonly value: LocatedValue;
}

export interface MappingValue extends Origin {
  readonly kind: "mapping";
  readonly entries: readonly MappingEntry[];
}

/** Stands for a value that was already reported as wrong; whoever meets it stays silent. */
export interface BrokenValue extends Origin {
  readonly kind: "broken";
}

/** A value of a runbook that knows where it stands. Aliases share one object, so this is a graph without cycles. */
export type LocatedValue = ScalarValue | ListValue | MappingValue | BrokenValue;

export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** Most a file, a variable or a whole runbook may weigh once written out: far above any real one, far below trouble. */
export const MAX_WEIGHT = 4_000_000;
/** Likewise for levels; everything that walks a value recurses. */
export const MAX_LEVELS = 300;

/** True when work on a value could take too long or too much stack. */
export const isTooLarge = (value: LocatedValue): boolean => value.weight > MAX_WEIGHT || value.depth > MAX_LEVELS;

type Marks = Partial<Pick<Origin, "trail" | "isSecret">>;

/** A string value that stands at `position`. */
export function textValue(text: string, position: Position, marks: Marks = {}): ScalarValue {
  return {
    kind: "scalar",
    type: "string",
    value: text,
    source: text,
    isQuoted: true,
    position,
    weight: text.length + 1,
    depth: 0,
    ...marks,
  };
}

export function listValue(items: readonly LocatedValue[], position: Position, marks: Marks = {}): ListValue {
  const weight = items.reduce((sum, item) => sum + item.weight, 1);
  const depth = items.reduce((deepest, item) => Math.max(deepest, item.depth + 1), 1);
  return { kind: "list", items, position, weight, depth, ...marks };
}

export function mappingValue(entries: readonly MappingEntry[], position: Position, marks: Marks = {}): MappingValue {
  const weight = entries.reduce((sum, entry) => sum + entry.key.length + entry.value.weight, 1);
  const depth = entries.reduce((deepest, entry) => Math.max(deepest, entry.value.depth + 1), 1);
  return { kind: "mapping", entries, position, weight, depth, ...marks };
}

export function brokenValue(position: Position): BrokenValue {
  return { kind: "broken", position, weight: 1, depth: 0 };
}

/** The value under `key`, undefined when the key is absent or holds null (which every section treats as absent). */
export function childOf(mapping: MappingValue, key: string): LocatedValue | undefined {
  const value = mapping.entries.find((entry) => entry.key === key)?.value;
  return value === undefined || isNull(value) ? undefined : value;
}

export function isNull(value: LocatedValue): boolean {
  return value.kind === "scalar" && value.type === "null";
}

/** True when a part of it is not known before the run, because a transformer or a combinator will give it. */
export function hasUnknown(value: LocatedValue): boolean {
  if (value.kind === "list") return value.items.some(hasUnknown);
  if (value.kind === "mapping") return value.entries.some((entry) => hasUnknown(entry.value));
  return value.kind === "broken";
}

/** The bare data, without places. Mappings have no prototype, so that no key of a file can reach one. */
export function toPlain(value: LocatedValue): PlainValue {
  switch (value.kind) {
    case "scalar":
      return value.value;
    case "list":
      return value.items.map(toPlain);
    case "mapping": {
      const plain: Record<string, PlainValue> = Object.create(null);
      for (const entry of value.entries) plain[entry.key] = toPlain(entry.value);
      return plain;
    }
    case "broken":
      return null;
  }
}

/** What a value is, for messages: `a list`, `the number 9.1`, `the text 'x'`. Never shows a secret. */
export function describeValue(value: LocatedValue): string {
  if (value.kind === "list") return "a list";
  if (value.kind === "mapping") return "a mapping";
  if (value.kind === "broken") return "a broken value";
  if (value.isSecret === true) return "a secret value";
  switch (value.type) {
    case "string":
      return `the text '${shortened(value.source)}'`;
    case "integer":
    case "float":
      return `the number ${value.value}`;
    case "boolean":
      return `the boolean ${value.value}`;
    case "date":
      return `the date ${value.source}`;
    case "null":
      return "nothing";
  }
}

const LONGEST_QUOTE = 60;

/** Cuts text so that a message stays readable. */
export function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}
