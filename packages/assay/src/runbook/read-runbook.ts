import { readCombinator } from "./schema/combinator.ts";
import { type EnvironmentSettings, type NodeSettings, readEnvironments } from "./schema/environment.ts";
import { checkFields, type FieldContext } from "./schema/field.ts";
import { readNotifiers } from "./schema/notifier.ts";
import { readPlatform } from "./schema/platform.ts";
import { devSection, isDevEnabled, runbookFields } from "./schema/runbook.ts";
import { readFilters } from "./schema/testcase.ts";
import { readTransformers, transformerSecrets } from "./schema/transformer.ts";
import type { PlatformSettings, Runbook } from "./types.ts";
import { childOf, type MappingValue } from "./value.ts";

/** LISA's name for a run without one. */
const DEFAULT_NAME = "not_named";

/**
 * Reads the sections of a joined runbook in which all variables are replaced. `replacement` is a platform type that takes
 * the place of the runbook's. Undefined when something is wrong, which the context's problems then tell.
 */
export async function readRunbook(
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
  const transformers = readTransformers(childOf(root, "transformer"), context);
  const combinator = await readCombinator(childOf(root, "combinator"), context, readText);
  const platform = readPlatform(childOf(root, "platform"), replacement, context);
  const account = platform ?? { adminUsername: undefined, adminPassword: undefined, adminPrivateKeyFile: undefined };
  const environments = readEnvironments(childOf(root, "environment"), account, context);
  if (platform === undefined) return undefined;
  const type = platformOf(platform, environments, root, context);
  const nodes = environments.map(({ remoteNodes }) => remoteNodes).filter((list) => list.length > 0);
  if (type === "ready") await checkKeyFiles(nodes.flat(), readText, context);
  const passwords = [platform.adminPassword, ...nodes.flat().map((node) => node.password)];
  const secrets = passwords.filter((password): password is string => password !== undefined && password.length >= 3);
  secrets.push(...transformerSecrets(transformers));
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
    transformers,
    ...(combinator === undefined ? {} : { combinator }),
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
