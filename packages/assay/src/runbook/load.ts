import { readFile } from "node:fs/promises";
import { type ExtensionLoader, readExtensions } from "./extension.ts";
import { readWithIncludes } from "./include.ts";
import { Problems } from "./problems.ts";
import { readRunbook } from "./read-runbook.ts";
import type { FieldContext } from "./schema/field.ts";
import { sectionsWith } from "./schema/runbook.ts";
import type { LoadedRunbook, Runbook } from "./types.ts";
import { type PlainValue, toPlain } from "./value.ts";
import type { Definition } from "./variables/definitions.ts";
import { collectOverrides } from "./variables/overrides.ts";
import { collectSecrets } from "./variables/secrets.ts";
import type { VariableTrace } from "./variables/trace.ts";
import { VariableSet } from "./variables/variable-set.ts";
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
  /** Loads what `extension` names. Default: extensions are left alone. */
  readonly loadExtensions?: ExtensionLoader;
  /** Filled with what an explanation of variables needs. Default: nothing is kept. */
  readonly trace?: VariableTrace;
}

/** Reads a runbook with all its files and variables. Never throws for what stands in them: all problems come back in one pass. */
export async function loadRunbook(file: string, options: LoadOptions = {}): Promise<LoadedRunbook> {
  const problems = new Problems();
  const sources = new Map<string, string>();
  const parse = await loadYamlParser();
  const readText = options.readText ?? ((path: string) => readFile(path, "utf8"));
  const overrides = collectOverrides(options.variables ?? [], options.environment ?? {}, problems);
  const base: FieldContext = { problems, isCompatible: options.isCompatible ?? false, sectionsWith };
  const parseFlow = (text: string) => parse("text of a variable", text, new Problems());
  const variableSet = (definitions: readonly Definition[], reportTo: Problems) =>
    new VariableSet({ definitions, overrides, problems: reportTo, parseFlow, trace: options.trace });

  const joined = await readWithIncludes(file, {
    ...base,
    parse,
    readText,
    sources,
    earlyVariables: (definitions) => variableSet(definitions, problems),
  });
  const variables = variableSet(joined?.definitions ?? [], problems);
  options.trace?.keep(variables);
  // Resolving all of them reports what is undefined also in variables that nothing uses.
  for (const name of variables.names) variables.lookup(name);
  const { secrets, masks } = collectSecrets(variables, problems);
  const result = (runbook: Runbook | undefined): LoadedRunbook => ({
    runbook: problems.hasErrors ? undefined : runbook,
    diagnostics: problems.list(sources.keys()),
    sources,
    secrets: [...new Set([...secrets, ...(runbook?.secrets ?? [])])],
  });
  if (joined === undefined) return result(undefined);

  const extensions = readExtensions(
    joined.extensions.map((extension) => variables.substitute(extension, "V01")),
    base,
  );
  const kinds = (await options.loadExtensions?.(extensions, problems)) ?? {};
  const context: FieldContext = { ...base, kinds };
  const root = variables.substitute(joined.root, "V01");
  if (root.kind !== "mapping") return result(undefined);
  const caseVariables: Record<string, PlainValue> = {};
  for (const name of variables.names.filter((candidate) => variables.isCaseVisible(candidate))) {
    const value = variables.lookup(name);
    if (value !== undefined) caseVariables[name.toLowerCase()] = toPlain(value);
  }
  const runbook = await readRunbook(file, root, options.platform, context, readText);
  if (runbook === undefined) return result(undefined);
  return result({
    ...runbook,
    caseVariables,
    secrets: [...new Set([...secrets, ...runbook.secrets])],
    secretMasks: masks,
  });
}
