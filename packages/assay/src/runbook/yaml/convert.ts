import type { Alias, ParsedNode, Scalar, YAMLMap } from "yaml";
import type { Problems } from "../problems.ts";
import type { Position } from "../types.ts";
import {
  brokenValue,
  type LocatedValue,
  listValue,
  type MappingEntry,
  type MappingValue,
  mappingValue,
  shortened,
  textValue,
} from "../value.ts";
import { MAX_DEPTH } from "./nesting.ts";
import { resolvePlainScalar } from "./scalar.ts";

interface Context {
  /** The parser's type guards; handed in because the parser is loaded late. */
  readonly yaml: Pick<typeof import("yaml"), "isAlias" | "isMap" | "isScalar" | "isSeq">;
  readonly positionAt: (offset: number) => Position;
  readonly problems: Problems;
}

interface State extends Context {
  /** Anchors met so far; undefined while the node that carries one is still being read. */
  readonly anchors: Map<string, LocatedValue | undefined>;
  /** Entries copied by merge keys in the whole file: many small merges of a large mapping multiply as well. */
  merged: number;
}

const TAG = "tag:yaml.org,2002:";
const NO_TAG: ReadonlySet<string> = new Set(["", "!"]);

/** Turns the parser's nodes into located values; what is wrong becomes a broken value and a problem. */
export function convertDocument(contents: ParsedNode, context: Context): LocatedValue {
  return convert(contents, { ...context, anchors: new Map(), merged: 0 }, 0);
}

function convert(node: ParsedNode, state: State, depth: number): LocatedValue {
  const { yaml } = state;
  const position = state.positionAt(node.range[0]);
  if (depth > MAX_DEPTH) return refuse("The file nests too deep here.", position, state);
  if (yaml.isAlias(node)) return convertAlias(node, position, state);
  const { anchor } = node;
  if (anchor !== undefined) state.anchors.set(anchor, undefined);
  const value = convertNode(node, position, state, depth);
  if (anchor !== undefined) state.anchors.set(anchor, value);
  return value;
}

function convertNode(
  node: Exclude<ParsedNode, Alias.Parsed>,
  position: Position,
  state: State,
  depth: number,
): LocatedValue {
  const { yaml } = state;
  const tag = node.tag ?? "";
  if (yaml.isScalar(node)) return convertScalar(node, position, state);
  const isMapping = yaml.isMap(node);
  if (!NO_TAG.has(tag) && tag !== `${TAG}${isMapping ? "map" : "seq"}`) return refuseTag(tag, position, state);
  if (isMapping) return convertMapping(node, position, state, depth);
  return listValue(
    node.items.map((item) => convert(item, state, depth + 1)),
    position,
  );
}

function convertAlias(node: Alias.Parsed, position: Position, state: State): LocatedValue {
  const target = state.anchors.get(node.source);
  if (target !== undefined) return target;
  const why = state.anchors.has(node.source) ? "stands inside the value it names" : "names no anchor before it";
  return refuse(`The alias '*${node.source}' ${why}.`, position, state);
}

function convertScalar(node: Scalar.Parsed, position: Position, state: State): LocatedValue {
  const text = String(node.value ?? "");
  const isPlain = node.type === "PLAIN";
  const tag = node.tag ?? "";
  if (tag === "!" || tag === `${TAG}str` || (tag === "" && !isPlain)) return textValue(text, position);
  const resolved = resolvePlainScalar(text);
  const scalar = {
    kind: "scalar",
    ...resolved,
    source: text,
    isQuoted: !isPlain,
    position,
    weight: text.length + 1,
    depth: 0,
  } as const;
  if (tag === "") {
    if (text !== "=" && text !== "<<") return scalar;
    return refuse(`A bare '${text}' is not a value in YAML 1.1.`, position, state, `Quote it: "${text}".`);
  }
  const typeOfTag = TYPE_OF_TAG.get(tag);
  if (typeOfTag === undefined) return refuseTag(tag, position, state);
  if (typeOfTag === resolved.type) return scalar;
  if (typeOfTag === "float" && typeof resolved.value === "number") return { ...scalar, type: "float" };
  return refuse(`'${shortened(text)}' does not fit its tag '!!${tag.slice(TAG.length)}'.`, position, state);
}

const TYPE_OF_TAG = new Map([
  [`${TAG}int`, "integer"],
  [`${TAG}float`, "float"],
  [`${TAG}bool`, "boolean"],
  [`${TAG}null`, "null"],
  [`${TAG}timestamp`, "date"],
]);

/** A runbook merges a few entries; each one takes room of its own, unlike an alias. */
const MOST_MERGED = 100_000;

function convertMapping(
  node: YAMLMap.Parsed<ParsedNode, ParsedNode | null>,
  position: Position,
  state: State,
  depth: number,
): LocatedValue {
  const own = new Map<string, MappingEntry>();
  const merged = new Map<string, MappingEntry>();
  for (const { key, value } of node.items) {
    const keyPosition = state.positionAt(key.range[0]);
    const converted = value === null ? emptyValue(keyPosition) : convert(value, state, depth + 1);
    if (!state.yaml.isScalar(key)) {
      refuse("A key must be a plain word, not a list, a mapping or an alias.", keyPosition, state);
      continue;
    }
    const name = String(key.value ?? "");
    if (name === "<<" && key.type === "PLAIN") {
      // The first of several merged mappings wins, and the mapping's own keys win over all of them.
      for (const source of mappingsToMerge(converted, keyPosition, state)) {
        state.merged += source.entries.length;
        if (state.merged > MOST_MERGED) return refuse("The merge keys '<<' expand to too much data.", position, state);
        for (const entry of source.entries) if (!merged.has(entry.key)) merged.set(entry.key, entry);
      }
      continue;
    }
    const earlier = own.get(name);
    if (earlier !== undefined) {
      const { line, column } = earlier.keyPosition;
      state.problems.warning(
        "F04",
        `The key '${name}' stands twice in this mapping; the first, at line ${line}, column ${column}, has no effect.`,
        keyPosition,
        {
          help: "Remove one of the two.",
        },
      );
      own.delete(name);
    }
    own.set(name, { key: name, keyPosition, value: converted });
  }
  for (const key of own.keys()) merged.delete(key);
  return mappingValue([...merged.values(), ...own.values()], position);
}

function mappingsToMerge(value: LocatedValue, position: Position, state: State): readonly MappingValue[] {
  const items = value.kind === "list" ? value.items : [value];
  const mappings = items.filter((item) => item.kind === "mapping");
  if (items.some((item) => item.kind !== "mapping" && item.kind !== "broken")) {
    refuse("'<<' merges a mapping or a list of mappings into this one.", position, state);
    return [];
  }
  return mappings;
}

/** A key without a value holds null, at the place of the key. */
function emptyValue(position: Position): LocatedValue {
  return { kind: "scalar", type: "null", value: null, source: "", isQuoted: false, position, weight: 1, depth: 0 };
}

function refuse(message: string, position: Position, state: State, help?: string): LocatedValue {
  state.problems.error("F01", message, position, { help });
  return brokenValue(position);
}

function refuseTag(tag: string, position: Position, state: State): LocatedValue {
  const shown = tag.startsWith(TAG) ? `!!${tag.slice(TAG.length)}` : tag;
  return refuse(`The tag '${shown}' is not allowed in a runbook.`, position, state, "Remove the tag.");
}
