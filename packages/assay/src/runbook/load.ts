import { readFile } from "node:fs/promises";
import { checkExtensions } from "./extension.ts";
import { readWithIncludes } from "./include.ts";
import { Problems } from "./problems.ts";
import { type EnvironmentSettings, type NodeSettings, readEnvironments } from "./schema/environment.ts";
import { checkFields, type FieldContext } from "./schema/field.ts";
import { readNotifiers } from "./schema/notifier.ts";
import { readPlatform } from "./schema/platform.ts";
import { devSection, isDevEnabled, runbookFields, sectionsWith } from "./schema/runbook.ts";
import { readFilters } from "./schema/testcase.ts";
import type { LoadedRunbook, PlatformSettings, Runbook } from "./types.ts";
import { childOf, type MappingValue, type PlainValue, toPlain } from "./value.ts";
import type { Definition } from "./variables/definitions.ts";
import { collectOverrides } from "./variables/overrides.ts";
import { collectSecrets } from "./variables/secrets.ts";
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
}

/** LISA's name for a run without one. */
const DEFAULT_NAME = "not_named";

/** Reads a runbook with all its files and variables. Never throws for what stands in them: all problems come back in one pass. */
export async function loadRunbook(file: string, options: LoadOptions = {}): Promise<LoadedRunbook> {
  const problems = new Problems();
  const sources = new Map<string, string>();
  const parse = await loadYamlParser();
  const readText = options.readText ?? ((path: string) => readFile(path, "utf8"));
  const overrides = collectOverrides(options.variables ?? [], options.environment ?? {}, problems);
  const context: FieldContext = { problems, isCompatible: options.isCompatible ?? false, sectionsWith };
  const parseFlow = (text: string) => parse("text of a variable", text, new Problems());
  const variableSet = (definitions: readonly Definition[], reportTo: Problems) =>
    new VariableSet({ definitions, overrides, problems: reportTo, parseFlow });

  const joined = await readWithIncludes(file, {
    ...context,
    parse,
    readText,
    sources,
    earlyVariables: (definitions) => variableSet(definitions, problems),
  });
  const variables = variableSet(joined?.definitions ?? [], problems);
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

  for (const extension of joined.extensions) checkExtensions(variables.substitute(extension, "V01"), problems);
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

async function readRunbook(
  file: string,
  root: MappingValue,
  replacement: string | undefined,
  context: FieldContext,
  readText: (path: string) => Promise<string>,
): Promise<Runbook | undefined> {
  const { problems } = context;
  const read = checkFields(runbookFields, root, "", context) ?? {};
  const dev = childOf(root, "dev");
  if (isDevEnabled(dev)) checkFields(devSection, dev, "dev", context);
  const filters = readFilters(childOf(root, "testcase"), context);
  const notifiers = readNotifiers(childOf(root, "notifier"), context);
  const platform = readPlatform(childOf(root, "platform"), replacement, context);
  const account = platform ?? { adminUsername: undefined, adminPassword: undefined, adminPrivateKeyFile: undefined };
  const environments = readEnvironments(childOf(root, "environment"), account, context);
  if (platform === undefined) return undefined;
  const type = platformOf(platform, environments, root, context);
  const nodes = environments.map(({ remoteNodes }) => remoteNodes).filter((list) => list.length > 0);
  if (type === "ready") await checkKeyFiles(nodes.flat(), readText, context);
  const passwords = [platform.adminPassword, ...nodes.flat().map((node) => node.password)];
  const secrets = passwords.filter((password): password is string => password !== undefined && password.length >= 3);
  if (problems.hasErrors) return undefined;
  return {
    file,
    name: read.name ?? DEFAULT_NAME,
    testProject: read.test_project ?? "",
    testPass: read.test_pass ?? "",
    tags: read.tags ?? [],
    platform: { ...platform, type },
    filters,
    readyNodes: nodes.map((list) => list.map(({ position: _, ...node }) => node)),
    concurrency: read.concurrency,
    caseVariables: {},
    secrets,
    notifiers,
  };
}

/** LISA has no local platform: it says `ready` with a local node. Here that is the platform `local`. */
function platformOf(
  platform: PlatformSettings,
  environments: readonly EnvironmentSettings[],
  root: MappingValue,
  { problems }: FieldContext,
): string {
  if (platform.type !== "ready") {
    const used = environments.find((environment) => environment.localNodes + environment.remoteNodes.length > 0);
    if (used !== undefined && platform.type === "qemu") {
      problems.warning(
        "S18",
        "The platform 'qemu' makes its own machines; this environment is not used.",
        used.position,
      );
    }
    return platform.type;
  }
  const local = environments.find(({ localNodes }) => localNodes > 0);
  const remote = environments.find(({ remoteNodes }) => remoteNodes.length > 0);
  if (local !== undefined && remote !== undefined) {
    problems.error(
      "N01",
      "Local and remote nodes in one runbook are not carried out by this version of assay.",
      local.position,
      {
        help: "Keep nodes of one type.",
      },
    );
  }
  if (local !== undefined) return "local";
  if (remote === undefined && !problems.hasErrors) {
    const at = platform.position ?? root.position;
    problems.error("S16", "The platform 'ready' needs machines, and 'environment' gives none.", at, {
      help: "List them under 'environment.environments[].nodes', or choose another 'platform'.",
    });
  }
  return platform.type;
}

async function checkKeyFiles(
  nodes: readonly NodeSettings[],
  readText: (path: string) => Promise<string>,
  { problems }: FieldContext,
): Promise<void> {
  for (const { privateKeyFile, position } of nodes) {
    if (privateKeyFile === undefined) continue;
    await readText(privateKeyFile).catch(() => {
      problems.error("S20", `The private key file '${privateKeyFile}' cannot be read.`, position, {
        help: "The path is relative to the folder in which assay is started.",
      });
    });
  }
}
