import type {
  DevSettings,
  EnvironmentSection,
  ListedNodeSettings,
  LocalNodeSettings,
  NodeSettings,
} from "./environment-types.ts";
import { readCombinator } from "./schema/combinator.ts";
import { readDev } from "./schema/dev.ts";
import { readEnvironment } from "./schema/environment.ts";
import { checkFields, type FieldContext } from "./schema/field.ts";
import { readNotifiers } from "./schema/notifier.ts";
import { platformType, readPlatform } from "./schema/platform.ts";
import { runbookFields } from "./schema/runbook.ts";
import { readFilters } from "./schema/testcase.ts";
import { readTransformers } from "./schema/transformer.ts";
import type { SectionCache } from "./section-cache.ts";
import type { CaseFilter, PlatformSettings, Position, ReadyNodeSettings, Runbook } from "./types.ts";
import { childOf, type LocatedValue, type MappingValue } from "./value.ts";

/** What the sections of a runbook say. */
export interface Reading {
  readonly runbook: Runbook | undefined;
  readonly filters: readonly CaseFilter[];
}

/**
 * Reads the sections of a joined runbook in which all variables are replaced. `replacement` is a platform type that takes
 * the place of the runbook's; `cache` holds sections of earlier readings. There is no runbook when something is wrong, which the
 * context's problems then tell; the filters that are right are there all the same.
 */
export async function readRunbook(
  file: string,
  root: MappingValue,
  replacement: string | undefined,
  outer: FieldContext,
  readText: (path: string) => Promise<string>,
  cache: SectionCache,
): Promise<Reading> {
  const { problems } = outer;
  const secrets = new Set<string>();
  const context: FieldContext = { ...outer, secrets, platform: platformType(childOf(root, "platform"), replacement) };
  const read = checkFields(runbookFields, root, "", context);
  const dev = readDev(childOf(root, "dev"), context);
  const section = async <T>(
    name: string,
    reader: (value: LocatedValue | undefined, within: FieldContext) => T | Promise<T>,
  ): Promise<T> => {
    const value = childOf(root, name);
    return await cache.read(name, value, context, (within) => reader(value, within));
  };
  const filters = await section("testcase", readFilters);
  const notifiers = await section("notifier", readNotifiers);
  const transformers = await section("transformer", readTransformers);
  const combinator = await section("combinator", (value, within) => readCombinator(value, within, readText));
  const platform = readPlatform(childOf(root, "platform"), replacement, context);
  const account = platform ?? { adminUsername: undefined, adminPassword: undefined, adminPrivateKeyFile: undefined };
  const environment = readEnvironment(childOf(root, "environment"), account, context);
  if (platform === undefined || read === undefined) return { runbook: undefined, filters };
  const environments = environment?.environments ?? [];
  const type = platformOf(platform, environment, root, context);
  const there = environments.map(({ nodes }) => nodes.filter(isThere));
  if (type === "qemu" || type === "libvirt") tellUnusedJumpBoxes(type, dev, context);
  if (type === "ready") await checkKeyFiles(keyFilesOf(there.flat(), dev), readText, context);
  if (problems.hasErrors) return { runbook: undefined, filters };
  const runbook: Runbook = {
    file,
    name: read.name,
    testProject: read.test_project,
    testPass: read.test_pass,
    tags: read.tags,
    platform: { ...platform, type },
    filters,
    readyNodes: there.filter((nodes) => nodes.length > 0).map((nodes) => defaultFirst(nodes).map(readyNodeOf)),
    ...(environment === undefined ? {} : { environment }),
    ...(dev === undefined ? {} : { dev }),
    concurrency: read.concurrency,
    exitOnFirstFailure: read.exit_on_first_failure,
    exitWithFailedCount: read.exit_with_failed_count,
    waitResourceTimeoutMs: read.wait_resource_timeout * 60_000,
    transformers,
    ...(combinator === undefined ? {} : { combinator }),
    caseVariables: {},
    secrets: [...secrets].filter((secret) => secret.length >= SHORTEST_SECRET),
    notifiers,
  };
  return { runbook, filters };
}

/** Shorter ones stand in every other word; masking them would hide everything. */
const SHORTEST_SECRET = 3;

type NodeThere = LocalNodeSettings | ListedNodeSettings;

const isThere = (node: NodeSettings): node is NodeThere => node.type === "local" || node.type === "remote";

/** The default node is the one cases get, which for platforms is the first. */
function defaultFirst(nodes: readonly NodeThere[]): readonly NodeThere[] {
  return nodes.toSorted((left, right) => Number(right.isDefault) - Number(left.isDefault));
}

function readyNodeOf(node: NodeThere): ReadyNodeSettings {
  if (node.type === "local") return { name: node.name, isLocal: true };
  const { name, address, port, username, password, privateKeyFile } = node;
  return { name, address, port, username, password, privateKeyFile };
}

/** LISA has no local platform: it says `ready` with a local node. When that is all, it is the platform `local` here. */
function platformOf(
  { type, position }: PlatformSettings,
  environment: EnvironmentSection | undefined,
  root: MappingValue,
  { problems }: FieldContext,
): string {
  const environments = environment?.environments ?? [];
  const has = (kind: NodeSettings["type"]) =>
    environments.find(({ nodes }) => nodes.some((node) => node.type === kind));
  const [local, remote, wanted] = [has("local"), has("remote"), has("requirement")];
  const unused = environments.find(({ nodes }) => nodes.some((node) => node.type !== "requirement"));
  if ((type === "qemu" || type === "libvirt") && unused !== undefined) {
    const message = `The platform '${type}' makes its own machines; this environment is not used.`;
    problems[environment?.warnAsError === true ? "error" : "warning"]("S18", message, unused.position, {
      help: "Give its nodes the type 'requirement', and they are made.",
    });
  }
  if (type !== "ready") return type;
  if (wanted !== undefined) {
    problems.missing("The platform 'ready' makes no machines, and this environment asks for some.", wanted.position, {
      help: "List nodes of the type 'remote' or 'local', or choose another 'platform'.",
    });
  }
  if (local !== undefined && environments.flatMap(({ nodes }) => nodes).length === 1) return "local";
  if (local === undefined && remote === undefined && wanted === undefined && !problems.hasErrors) {
    const message = "The platform 'ready' needs machines, and 'environment' gives none.";
    problems.warning("S16", message, position ?? root.position, {
      help: "List them under 'environment.environments[].nodes', or choose another 'platform'.",
      blocksRun: true,
    });
  }
  return type;
}

/** Machines that a transformer connects to are reached through them all the same. */
function tellUnusedJumpBoxes(type: string, dev: DevSettings | undefined, { problems }: FieldContext): void {
  const [first] = dev?.jumpBoxes ?? [];
  if (first === undefined) return;
  const message = `The platform '${type}' makes its machines here, so that they are not reached through 'dev.jump_boxes'.`;
  problems.warning("S18", message, first.position, {
    help: "Remove it where no transformer has a 'connection', or list machines for the platform 'ready'.",
  });
}

interface KeyFile {
  readonly path: string;
  readonly position: Position;
}

function keyFilesOf(nodes: readonly NodeThere[], dev: DevSettings | undefined): readonly KeyFile[] {
  const ofNodes = nodes.flatMap((node) => {
    if (node.type === "local" || node.privateKeyFile === undefined) return [];
    return [{ path: node.privateKeyFile, position: node.keyPosition ?? node.position }];
  });
  const ofJumpBoxes = (dev?.jumpBoxes ?? []).flatMap(({ privateKeyFile: path, position }) =>
    path === undefined ? [] : [{ path, position }],
  );
  return [...ofNodes, ...ofJumpBoxes];
}

async function checkKeyFiles(
  files: readonly KeyFile[],
  readText: (path: string) => Promise<string>,
  { problems }: FieldContext,
): Promise<void> {
  const seen = new Set<string>();
  for (const { path, position } of files) {
    if (seen.has(path)) continue;
    seen.add(path);
    await readText(path).catch(() => {
      problems.warning("S20", `The private key file '${path}' cannot be read.`, position, {
        help: "The path is relative to the folder in which assay is started.",
        blocksRun: true,
      });
    });
  }
}
