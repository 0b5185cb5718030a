import { basename, dirname, resolve } from "node:path";
import { didYouMean } from "./nearest.ts";
import type { FieldContext } from "./schema/field.ts";
import { brokenValue, type LocatedValue } from "./value.ts";
import type { Definition } from "./variables/definitions.ts";
import type { YamlParser } from "./yaml/parse.ts";

/**
 * Entries looked at while files are joined, the same one counted each time: a small file that is included often costs
 * more than its length. Real runbooks need a few thousand.
 */
const MOST_ENTRIES = 100_000;

/** What reading files needs from outside. */
export interface IncludeContext extends FieldContext {
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

/** The same with what was done so far, over all files. */
export interface Reading extends IncludeContext {
  readonly done: { files: number; entries: number };
}

/** False, and told once, when joining the files would take too long. */
export function spend(entries: number, at: LocatedValue | undefined, { done, problems }: Reading): boolean {
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

/** The text of a file; undefined when it cannot be had, which is told under `code` at `from`. */
export async function readSource(
  file: string,
  from: LocatedValue | undefined,
  code: "F05" | "V05",
  { readText, listNames, sources, problems }: Reading,
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

/** Replaces variables in a path, for which all that is known is looked at. */
export function earlyValue(path: LocatedValue, known: readonly Definition[], state: Reading): LocatedValue {
  const isPlain = path.kind === "scalar" && !path.source.includes("$(");
  if (isPlain) return path;
  return spend(known.length, path, state) ? state.earlyValue(path, known) : brokenValue(path.position);
}
