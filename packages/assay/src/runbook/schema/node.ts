import type { NodeSpace } from "../requirement.ts";
import type { ListedNodeSettings, NamedNodeSpace, NodeSettings, Position } from "../types.ts";
import { childOf, type LocatedValue, type MappingValue } from "../value.ts";
import { checkFields, type FieldContext } from "./field.ts";
import { commonNode, localNodeFields, NODES, remoteNodeFields } from "./node-kinds.ts";
import { readRequirement, requirementNodeFields, wantedNodes } from "./requirement.ts";
import { readVariant, variantType } from "./variant.ts";

/** What the platform says of the account on its nodes. */
export interface Account {
  readonly adminUsername: string | undefined;
  readonly adminPassword: string | undefined;
  readonly adminPrivateKeyFile: string | undefined;
}

/** LISA's default account. */
const DEFAULT_USERNAME = "lisatest";

/** Reads one entry of `nodes`: none when it is switched off or wrong, several when a requirement asks for several. */
export function readNode(
  value: LocatedValue,
  path: string,
  account: Account,
  context: FieldContext,
): readonly NodeSettings[] {
  const type = variantType(NODES, value, path, context);
  if (type === undefined || value.kind !== "mapping") return [];
  if (type === "requirement") {
    const read = readRequirement(value, path, context, requirementNodeFields);
    return read === undefined || isDisabled(value) ? [] : wantedNodes(read, value.position);
  }
  if (type === "remote") return readRemote(value, path, account, context);
  if (type === "local") {
    const read = checkFields(localNodeFields, value, path, context);
    return read?.enabled === true ? [{ type, ...commonOf(read, value.position) }] : [];
  }
  return readAdded(value, path, context);
}

interface CommonRead {
  readonly name?: string;
  readonly is_default: boolean;
  readonly capability?: NamedNodeSpace;
}

function commonOf({ name = "", is_default: isDefault, capability }: CommonRead, position: Position) {
  return { position, name, isDefault, ...(capability === undefined ? {} : { capability: spaceOf(capability) }) };
}

/** What a node claims is about this one node, whatever it says of its number or name. */
function spaceOf({ name: _name, isDefault: _isDefault, nodeCount: _nodeCount, ...space }: NamedNodeSpace): NodeSpace {
  return space;
}

function readAdded(value: MappingValue, path: string, context: FieldContext): readonly NodeSettings[] {
  const added = readVariant(NODES, value, path, context);
  const common = checkFields(localNodeFields, onlyCommon(value), path, context);
  if (added === undefined || common?.enabled !== true) return [];
  const settings = Object.entries(added.read).filter(([key]) => !Object.hasOwn(commonNode, key));
  return [
    {
      type: "extension",
      kind: added.type,
      settings: Object.fromEntries(settings),
      ...commonOf(common, value.position),
    },
  ];
}

function onlyCommon(value: MappingValue): MappingValue {
  return { ...value, entries: value.entries.filter(({ key }) => Object.hasOwn(commonNode, key)) };
}

function readRemote(
  item: MappingValue,
  path: string,
  account: Account,
  context: FieldContext,
): readonly ListedNodeSettings[] {
  const read = checkFields(remoteNodeFields, item, path, context);
  if (read?.enabled !== true) return [];
  const near = { address: read.address ?? "", port: read.port ?? 22 };
  const far = { address: read.public_address ?? "", port: read.public_port ?? 22 };
  const [wanted, other] = (read.use_public_address ?? true) ? [far, near] : [near, far];
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
  const inside = near.address === "" ? far : near;
  return [
    {
      type: "remote",
      ...commonOf(read, childOf(item, "private_key_file")?.position ?? item.position),
      ...used,
      internalAddress: inside.address,
      internalPort: inside.port,
      username:
        read.username === "" ? (account.adminUsername ?? DEFAULT_USERNAME) : (read.username ?? DEFAULT_USERNAME),
      password,
      privateKeyFile,
    },
  ];
}

/** Whether an entry is switched off. */
export function isDisabled(entry: LocatedValue): boolean {
  const enabled = entry.kind === "mapping" ? childOf(entry, "enabled") : undefined;
  return enabled?.kind === "scalar" && /^(?:false|f|off|n|no|0)$/i.test(String(enabled.value));
}
