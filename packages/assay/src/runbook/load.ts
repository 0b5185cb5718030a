import { readdir, readFile } from "node:fs/promises";
import type { ExtensionLoader } from "./extension.ts";
import { RunbookLoader } from "./loader.ts";
import type { AssignedVariable, LoadedRunbook } from "./types.ts";
import type { VariableTrace } from "./variables/trace.ts";
import { loadYamlParser } from "./yaml/parse.ts";

export interface LoadOptions {
  /** `name:value`, or `s:name:value` for a secret; the last of a name wins. */
  readonly variables?: readonly string[];
  /** Where `LISA_name` variables come from. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Unknown keys that LISA ignores are warnings instead of errors. */
  readonly isCompatible?: boolean;
  /** Platform type that takes the place of the runbook's; its section is then left out. */
  readonly platform?: string;
  /** Gives the text of a file and throws when it cannot. Default: the file system. */
  readonly readText?: (path: string) => Promise<string>;
  /** Gives the names in a folder, for the names near one that is missing. Default: the file system, where it is read too. */
  readonly listNames?: (folder: string) => Promise<readonly string[]>;
  /** Loads what `extension` names. Default: extensions are left alone. */
  readonly loadExtensions?: ExtensionLoader;
  /** Values of combinators and transformers, above every other source; of two for one variable the later counts. */
  readonly assigned?: readonly AssignedVariable[];
  /** Filled with what an explanation of variables needs. Default: nothing is kept. */
  readonly trace?: VariableTrace;
}

/** Reads a runbook with all its files and variables. Never throws for what stands in them: all problems come back in one pass. */
export async function loadRunbook(file: string, options: LoadOptions = {}): Promise<LoadedRunbook> {
  return await (await openRunbook(file, options)).load(options.assigned);
}

/** A runbook that is loaded more than once with other values of variables, such as for each combination. */
export async function openRunbook(file: string, options: Omit<LoadOptions, "assigned"> = {}): Promise<RunbookLoader> {
  return new RunbookLoader(file, {
    parse: await loadYamlParser(),
    readText: options.readText ?? ((path) => readFile(path, "utf8")),
    listNames: options.listNames ?? (options.readText === undefined ? readdir : async () => []),
    variables: options.variables ?? [],
    environment: options.environment ?? {},
    isCompatible: options.isCompatible ?? false,
    platform: options.platform,
    loadExtensions: options.loadExtensions,
    trace: options.trace,
  });
}
