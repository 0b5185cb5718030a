import { dirname, isAbsolute, join, resolve } from "node:path";
import { didYouMean } from "./nearest.ts";
import { readOwnDefinitions } from "./own-definitions.ts";
import { placeText } from "./problems.ts";
import { earlyValue, type IncludeContext, type Reading, readSource, spend } from "./reading.ts";
import {
  childOf,
  describeValue,
  isNull,
  type LocatedValue,
  type MappingEntry,
  type MappingValue,
  mappingValue,
  type ScalarValue,
} from "./value.ts";
import type { Definition } from "./variables/definitions.ts";

/** Files read in all, the same file counted each time; the fields' largest runbook takes five. */
const MOST_FILES = 500;
/** Files that include one another, from the runbook itself on. */
const MOST_LEVELS = 100;
/** Runbook files joined into one. */
export interface JoinedFiles {
  readonly root: MappingValue;
  /** Of all files, lowest rank first. */
  readonly definitions: readonly Definition[];
  /** `extension` values of all files, lowest rank first. */
  readonly extensions: readonly LocatedValue[];
}

interface Chain {
  readonly path: string;
  readonly from: LocatedValue | undefined;
}

/**
 * Reads a runbook file and everything it includes. Keys are joined whole: an includer's key wins over an included one,
 * an earlier include over a later one; only variables and extensions are collected from all files.
 */
export async function readWithIncludes(file: string, context: IncludeContext): Promise<JoinedFiles | undefined> {
  return await readFile(file, undefined, [], [], { ...context, done: { files: 0, entries: 0 } });
}

async function readFile(
  file: string,
  from: LocatedValue | undefined,
  chain: readonly Chain[],
  outer: readonly Definition[],
  state: Reading,
): Promise<JoinedFiles | undefined> {
  const { problems, done } = state;
  const path = resolve(file);
  const repeated = chain.findIndex((link) => link.path === path);
  if (repeated !== -1) {
    reportCircle(chain.slice(repeated), path, from, state);
    return undefined;
  }
  done.files += 1;
  if (done.files > MOST_FILES) {
    problems.error("F09", `The runbook includes more than ${MOST_FILES} files.`, from);
    return undefined;
  }
  if (chain.length >= MOST_LEVELS) {
    problems.error("F09", `The files include one another more than ${MOST_LEVELS} deep.`, from);
    return undefined;
  }
  const text = await readSource(file, from, "F05", state);
  if (text === undefined) return undefined;
  if (from !== undefined) problems.noteInclude(file, from.position);
  const root = state.parse(file, text, problems);
  if (root === undefined || root.kind === "broken") return undefined;
  if (root.kind !== "mapping") {
    problems.error("F03", `A runbook must hold a mapping of keys, found ${describeValue(root)}.`, root);
    return undefined;
  }
  if (!spend(root.entries.length, from, state)) return undefined;
  const links = [...chain, { path, from }];
  const own = await readOwnDefinitions(root, file, outer, state);
  // Includers come last so that their values win, as they do for good later on.
  const known = [...own, ...outer];
  const included: JoinedFiles[] = [];
  for (const item of includeItems(root, state)) {
    const target = includePath(item, known, state);
    if (target === undefined) continue;
    const next = isAbsolute(target.source) ? target.source : join(dirname(file), target.source);
    const joined = await readFile(next, target, links, known, state);
    if (joined === undefined) continue;
    // Its keys and variables are copied at each level.
    if (!spend(joined.root.entries.length + joined.definitions.length, item, state)) return undefined;
    included.push(joined);
  }
  return joinFiles(root, own, included);
}

/** The trail tells where each file of the circle is included. */
function reportCircle(
  circle: readonly Chain[],
  path: string,
  from: LocatedValue | undefined,
  { problems }: IncludeContext,
): void {
  const shown = [...circle.map((link) => link.path), path].join(" -> ");
  const steps = circle
    .slice(1)
    .flatMap((link) =>
      link.from === undefined ? [] : [`'${link.path}' included at ${placeText(link.from.position)}`],
    );
  problems.error("F07", `The files include each other in a circle: ${shown}.`, from && { ...from, trail: steps }, {
    help: "Remove one 'include'.",
  });
}

/** Keys that are dealt with here and never part of the joined runbook. */
const COLLECTED: ReadonlySet<string> = new Set(["include", "variable", "extension"]);

function joinFiles(root: MappingValue, own: readonly Definition[], included: readonly JoinedFiles[]): JoinedFiles {
  const entries = new Map<string, MappingEntry>();
  // A null section is the same as an absent one, so it does not hide what an included file says.
  for (const entry of [root, ...included.map((joined) => joined.root)].flatMap((mapping) => mapping.entries)) {
    if (!COLLECTED.has(entry.key) && !isNull(entry.value) && !entries.has(entry.key)) entries.set(entry.key, entry);
  }
  const lowestFirst = included.toReversed();
  const extension = childOf(root, "extension");
  return {
    root: mappingValue([...entries.values()], root.position),
    definitions: [...lowestFirst.flatMap((joined) => joined.definitions), ...own],
    extensions: [
      ...lowestFirst.flatMap((joined) => joined.extensions),
      ...(extension === undefined ? [] : [extension]),
    ],
  };
}

function includeItems(root: MappingValue, { problems }: IncludeContext): readonly LocatedValue[] {
  const include = childOf(root, "include");
  if (include === undefined || include.kind === "broken") return [];
  const items = include.kind === "list" ? include.items : [include];
  return items.flatMap((item) => {
    if (item.kind === "scalar") return [item];
    if (item.kind !== "mapping") {
      problems.error("F06", `An include must be a path or a mapping with 'path', found ${describeValue(item)}.`, item);
      return [];
    }
    for (const { key, keyPosition, value } of item.entries) {
      if (key === "strategy" && !isNull(value)) {
        problems.error("F08", "'strategy' of an include was never carried out by LISA and is not here.", keyPosition, {
          help: "Remove it; an includer's key always wins as a whole.",
        });
      } else if (key !== "path" && key !== "strategy") {
        problems.error("F06", `The key '${key}' is not known in 'include'.`, keyPosition, {
          help: didYouMean(key, ["path"]) ?? "Known keys: path.",
        });
      }
    }
    const path = childOf(item, "path");
    if (path === undefined) problems.error("F06", "The include has no 'path'.", item);
    return path === undefined ? [] : [path];
  });
}

function includePath(item: LocatedValue, known: readonly Definition[], state: Reading): ScalarValue | undefined {
  const path = earlyValue(item, known, state);
  if (path.kind === "scalar" && path.type === "string" && path.source !== "") return path;
  if (path.kind !== "broken") {
    state.problems.error("F06", `The path of an include must be a text, found ${describeValue(path)}.`, path);
  }
  return undefined;
}
