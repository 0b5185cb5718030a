import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { didYouMean } from "./nearest.ts";
import { placeText } from "./problems.ts";
import type { FieldContext } from "./schema/field.ts";
import {
  brokenValue,
  childOf,
  describeValue,
  isNull,
  type LocatedValue,
  type MappingEntry,
  type MappingValue,
  mappingValue,
  type ScalarValue,
} from "./value.ts";
import { type Definition, type DefinitionFile, readDefinitions, readVariableFile } from "./variables/definitions.ts";
import type { YamlParser } from "./yaml/parse.ts";

/** Files read in all, the same file counted each time; the fields' largest runbook takes five. */
const MOST_FILES = 500;
/** Files that include one another, from the runbook itself on. */
const MOST_LEVELS = 100;
/**
 * Entries looked at while files are joined, the same one counted each time: a small file that is included often costs
 * more than its length. Real runbooks need a few thousand.
 */
const MOST_ENTRIES = 100_000;

interface IncludeContext extends FieldContext {
  readonly parse: YamlParser;
  /** Gives the text of a file; throws when it cannot be read. */
  readonly readText: (path: string) => Promise<string>;
  /** Names in a folder; throws when there is no such folder. */
  readonly listNames: (folder: string) => Promise<readonly string[]>;
  /** Text of every file read, by the name its positions carry. */
  readonly sources: Map<string, string>;
  /** Replaces variables in a path with what is known before all files are read; the last definition of a name wins. */
  readonly earlyValue: (path: LocatedValue, definitions: readonly Definition[]) => LocatedValue;
}

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

/** What was done so far, over all files. */
interface State extends IncludeContext {
  readonly done: { files: number; entries: number };
}

/** False, and told once, when joining the files would take too long. */
function spend(entries: number, at: LocatedValue | undefined, { done, problems }: State): boolean {
  const isFirst = done.entries <= MOST_ENTRIES;
  done.entries += entries;
  if (done.entries <= MOST_ENTRIES) return true;
  if (isFirst) {
    problems.error("F09", "The files of the runbook add up to too much data.", at, {
      help: "A file that is included often counts each time; include it once.",
    });
  }
  return false;
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
  state: State,
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

async function readSource(
  file: string,
  from: LocatedValue | undefined,
  code: "F05" | "V05",
  { readText, listNames, sources, problems }: IncludeContext,
): Promise<string | undefined> {
  const known = sources.get(file);
  if (known !== undefined) return known;
  try {
    const text = await readText(file);
    sources.set(file, text);
    return text;
  } catch (error) {
    const why =
      error instanceof Error && "code" in error && error.code === "ENOENT" ? "does not exist" : "cannot be read";
    const detail = why === "cannot be read" && error instanceof Error ? `: ${error.message}` : "";
    const searched = from === undefined ? "" : ` Searched for '${resolve(file)}'.`;
    const names = await listNames(dirname(resolve(file))).catch(() => []);
    const near = didYouMean(basename(file), names) ?? "Paths are relative to the file they stand in.";
    problems.error(code, `The file '${file}' ${why}${detail}.`, from, { help: `${searched} ${near}`.trim() });
    return undefined;
  }
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

function includePath(item: LocatedValue, known: readonly Definition[], state: State): ScalarValue | undefined {
  const path = earlyValue(item, known, state);
  if (path.kind === "scalar" && path.type === "string" && path.source !== "") return path;
  if (path.kind !== "broken") {
    state.problems.error("F06", `The path of an include must be a text, found ${describeValue(path)}.`, path);
  }
  return undefined;
}

/** Replaces variables in a path, for which all that is known is looked at. */
function earlyValue(path: LocatedValue, known: readonly Definition[], state: State): LocatedValue {
  const isPlain = path.kind === "scalar" && !path.source.includes("$(");
  if (isPlain) return path;
  return spend(known.length, path, state) ? state.earlyValue(path, known) : brokenValue(path.position);
}

/** The file's own `variable` list with the values of the variable files it names, in their place. */
async function readOwnDefinitions(
  root: MappingValue,
  file: string,
  outer: readonly Definition[],
  state: State,
): Promise<readonly Definition[]> {
  const list = childOf(root, "variable");
  if (list?.kind === "list" && !spend(list.items.length, list, state)) return [];
  const listed = readDefinitions(list, state);
  const known = [...listed.filter((entry): entry is Definition => "name" in entry), ...outer];
  const definitions: Definition[] = [];
  for (const entry of listed) {
    if ("name" in entry) definitions.push(entry);
    else for (const held of await readVariables(entry, file, known, state)) definitions.push(held);
  }
  return definitions;
}

async function readVariables(
  entry: DefinitionFile,
  file: string,
  known: readonly Definition[],
  state: State,
): Promise<readonly Definition[]> {
  const path = earlyValue(entry.path, known, state);
  if (path.kind !== "scalar") return [];
  if (!/\.ya?ml$/.test(path.source)) {
    state.problems.error("V05", `The variable file '${path.source}' is no .yml file.`, path);
    return [];
  }
  const target = isAbsolute(path.source) ? path.source : join(dirname(file), path.source);
  const text = await readSource(target, path, "V05", state);
  if (text === undefined) return [];
  state.problems.noteInclude(target, path.position);
  const root = state.parse(target, text, state.problems);
  if (root?.kind === "mapping" && !spend(root.entries.length, path, state)) return [];
  return root === undefined ? [] : readVariableFile(root, entry.isSecret, state);
}
