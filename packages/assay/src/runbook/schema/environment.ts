import { didYouMean } from "../nearest.ts";
import type { Position, RemoteNodeSettings } from "../types.ts";
import { childOf, type LocatedValue, type MappingValue } from "../value.ts";
import { checkFields, type FieldContext, fields } from "./field.ts";
import { anything, choice, flag, integer, later, list, section, text } from "./kinds.ts";
import { capabilityFields } from "./requirement.ts";

const NODE_TYPES = ["local", "remote"] as const;
/** Node types of LISA that this version has no use for. */
const OTHER_NODE_TYPES = ["requirement", "wsl", "openvmm"] as const;

const commonNode = {
  type: text("kind of node"),
  name: text("name of the node"),
  is_default: flag("the node cases get first"),
  enabled: flag("false leaves the node out"),
  capability: section(capabilityFields, "what the node claims to have"),
};
export const localNodeFields = fields(commonNode, { isLenientUpstream: true });
export const remoteNodeFields = fields(
  {
    ...commonNode,
    address: text("address inside the environment"),
    port: integer("port at 'address'", { minimum: 1, maximum: 65_535 }),
    public_address: text("address from here"),
    public_port: integer("port at 'public_address'", { minimum: 1, maximum: 65_535 }),
    use_public_address: flag("whether 'public_address' is used"),
    username: text("account; empty takes the platform's"),
    password: text("its password; empty takes the platform's"),
    private_key_file: text("file with its private key; empty takes the platform's"),
    use_ipv6: later("IPv6 preferred", { unless: [false] }),
  },
  { isLenientUpstream: true },
);

export const environmentItemFields = fields({
  name: text("name of the environment"),
  topology: choice(["subnet"], "how the nodes are joined"),
  nodes: list(anything("node"), "its nodes"),
  nodes_requirement: later("machines made to a requirement"),
  enabled: flag("false leaves the environment out"),
});

export const environmentFields = fields({
  warn_as_error: flag("warnings of the platform are errors"),
  retry: later("deployment tried again", { severity: "warning", unless: [0] }),
  environments: list(section(environmentItemFields, "environment"), "environments that are there before the run"),
});

export interface NodeSettings extends RemoteNodeSettings {
  readonly position: Position;
}

/** The nodes of one environment; a local node is this machine. */
export interface EnvironmentSettings {
  readonly position: Position;
  readonly localNodes: number;
  readonly remoteNodes: readonly NodeSettings[];
}

interface PlatformAccount {
  readonly adminUsername: string | undefined;
  readonly adminPassword: string | undefined;
  readonly adminPrivateKeyFile: string | undefined;
}

/** LISA's default account. */
const DEFAULT_USERNAME = "lisatest";

/** Reads `environment:` into the enabled environments with their enabled nodes. */
export function readEnvironments(
  value: LocatedValue | undefined,
  account: PlatformAccount,
  context: FieldContext,
): readonly EnvironmentSettings[] {
  if (value === undefined || checkFields(environmentFields, value, "environment", context) === undefined) return [];
  const environments = value.kind === "mapping" ? childOf(value, "environments") : undefined;
  const names = new Map<string, Position>();
  const items = environments?.kind === "list" ? environments.items : [];
  return items.flatMap((item, index) => {
    const path = `environment.environments[${index}]`;
    if (item.kind !== "mapping" || isDisabled(item)) return [];
    const name = childOf(item, "name");
    const earlier = name?.kind === "scalar" ? names.get(name.source) : undefined;
    if (earlier !== undefined) {
      context.problems.error("S19", `Two environments have this name; the other is at line ${earlier.line}.`, name);
    }
    if (name?.kind === "scalar") names.set(name.source, name.position);
    return [readNodes(item, path, account, context)];
  });
}

const isDisabled = (item: MappingValue): boolean => {
  const enabled = childOf(item, "enabled");
  return enabled?.kind === "scalar" && /^(?:false|f|off|n|no|0)$/i.test(String(enabled.value));
};

function readNodes(
  environment: MappingValue,
  path: string,
  account: PlatformAccount,
  context: FieldContext,
): EnvironmentSettings {
  const { problems } = context;
  const nodes = childOf(environment, "nodes");
  const items = (nodes?.kind === "list" ? nodes.items : []).filter(
    (item) => item.kind !== "mapping" || !isDisabled(item),
  );
  const remote: { readonly node: NodeSettings; readonly isDefault: boolean }[] = [];
  let localNodes = 0;
  let defaults = 0;
  for (const [index, item] of items.entries()) {
    const nodePath = `${path}.nodes[${index}]`;
    const type = nodeType(item, nodePath, context);
    if (type === undefined) continue;
    const read = checkFields(type === "local" ? localNodeFields : remoteNodeFields, item, nodePath, context);
    if (read?.is_default === true) defaults += 1;
    if (defaults > 1) {
      problems.error("S12", `'${path}' has more than one default node.`, item, {
        help: "Keep one 'is_default: true'.",
      });
      defaults = 1;
    }
    if (type === "local") localNodes += 1;
    else {
      const node = readRemote(item, nodePath, account, context);
      if (node !== undefined) remote.push({ node, isDefault: read?.is_default ?? false });
    }
  }
  if (items.length === 0 && childOf(environment, "nodes_requirement") === undefined && nodes?.kind !== "broken") {
    problems.error("S11", `'${path}' has no nodes.`, environment, { help: "Give it 'nodes', or 'enabled: false'." });
  }
  // The default node is the one cases get, which for platforms is the first.
  const ordered = [...remote].sort((left, right) => Number(right.isDefault) - Number(left.isDefault));
  return { position: environment.position, localNodes, remoteNodes: ordered.map(({ node }) => node) };
}

function nodeType(
  item: LocatedValue,
  path: string,
  { problems }: FieldContext,
): (typeof NODE_TYPES)[number] | undefined {
  if (item.kind === "broken") return undefined;
  const type = item.kind === "mapping" ? childOf(item, "type") : undefined;
  if (type === undefined) {
    problems.error("S10", `'${path}' has no 'type'.`, item, { help: `Node types: ${NODE_TYPES.join(", ")}.` });
    return undefined;
  }
  if (type.kind !== "scalar") return undefined;
  const known = NODE_TYPES.find((name) => name === type.value);
  if (known === undefined) {
    const isLater = OTHER_NODE_TYPES.some((name) => name === type.value);
    const message = isLater
      ? `Nodes of the type '${type.source}' are not carried out by this version of assay.`
      : `There is no node type '${type.source}'.`;
    const near = didYouMean(type.source, NODE_TYPES);
    const help = `${near === undefined ? "" : `${near} `}Node types: ${NODE_TYPES.join(", ")}.`;
    problems.error(isLater ? "N01" : "T01", message, type, { help });
  }
  return known;
}

function readRemote(
  item: LocatedValue,
  path: string,
  account: PlatformAccount,
  context: FieldContext,
): NodeSettings | undefined {
  // Already reported by the caller's check; read again for the values alone.
  const read = item.kind === "mapping" ? checkFields(remoteNodeFields, item, path, context) : undefined;
  if (read === undefined || item.kind !== "mapping") return undefined;
  const near = { address: read.address ?? "", port: read.port ?? 22 };
  const far = { address: read.public_address ?? "", port: read.public_port ?? 22 };
  const isFarFirst = read.use_public_address ?? true;
  const [wanted, other] = isFarFirst ? [far, near] : [near, far];
  const used = wanted.address === "" ? other : wanted;
  const isBroken = item.entries.some(({ value }) => value.kind === "broken");
  if (used.address === "" && !isBroken) {
    context.problems.error("S16", `'${path}' has no address.`, item, {
      help: "Give it 'address' or 'public_address'.",
    });
  }
  const password = read.password || account.adminPassword;
  const privateKeyFile = read.private_key_file || account.adminPrivateKeyFile;
  if (password === undefined && privateKeyFile === undefined && !isBroken) {
    context.problems.error("S16", `'${path}' has neither a password nor a private key.`, item, {
      help: "Give it 'password' or 'private_key_file', or the platform 'admin_password' or 'admin_private_key_file'.",
    });
  }
  return {
    position: childOf(item, "private_key_file")?.position ?? item.position,
    name: read.name ?? "",
    ...used,
    username: read.username === "" ? (account.adminUsername ?? DEFAULT_USERNAME) : (read.username ?? DEFAULT_USERNAME),
    password,
    privateKeyFile,
  };
}
