import type { ListedNodeSettings, NamedNodeSpace, NodeSettings } from "../environment-types.ts";
import type { NodeSpace } from "../requirement.ts";
import type { Position } from "../types.ts";
import { childOf, type LocatedValue, type MappingValue } from "../value.ts";
import { given } from "./disk.ts";
import { checkFields, type FieldContext, isDisabled } from "./field.ts";
import { commonNode, localNodeFields, NODES, remoteNodeFields } from "./node-kinds.ts";
import { PLATFORM_SECTIONS } from "./platform/platforms.ts";
import { qemuHardware } from "./platform/qemu-hardware.ts";
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
    tellCommon(value, path, context);
    return read === undefined || isDisabled(value) ? [] : wantedNodes(read, value.position);
  }
  if (type === "remote") return readRemote(value, path, account, context);
  if (type === "local") {
    const read = checkFields(localNodeFields, value, path, context);
    return read?.enabled === true ? [{ type, ...commonOf(read, value.position) }] : [];
  }
  return readAdded(value, path, context);
}

/** What makes the image and its boot is the same for all machines of a run; a node can have only hardware of its own. */
function tellCommon(value: MappingValue, path: string, { isUnused, platform, problems }: FieldContext): void {
  const section = platform === "qemu" && isUnused !== true ? childOf(value, "qemu") : undefined;
  if (section?.kind !== "mapping" || isDisabled(value)) return;
  for (const { key, keyPosition } of section.entries) {
    if (Object.hasOwn(qemuHardware, key) || !Object.hasOwn(PLATFORM_SECTIONS.qemu.machine.table, key)) continue;
    problems.missing(`'${path}.qemu.${key}' is said of one node, and is the same for all.`, keyPosition, {
      help: `Put '${key}' under 'platform.qemu'.`,
    });
  }
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
  if (used.address === "") {
    const help = "Give it 'address' or 'public_address'.";
    reportLack("S16", `'${path}' has no address.`, item, ["address", "public_address"], help, context);
  }
  const password = read.password || account.adminPassword;
  const privateKeyFile = read.private_key_file || account.adminPrivateKeyFile;
  if (password === undefined && privateKeyFile === undefined) {
    const help =
      "Give it 'password' or 'private_key_file', or the platform 'admin_password' or 'admin_private_key_file'.";
    const message = `'${path}' has neither a password nor a private key.`;
    reportLack("S16", message, item, ["password", "private_key_file"], help, context);
  }
  const inside = near.address === "" ? far : near;
  return [
    {
      type: "remote",
      ...commonOf(read, item.position),
      ...given("keyPosition", childOf(item, "private_key_file")?.position),
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

/**
 * Reports that one of `keys` must be there and is not. Where a variable stands that is empty, the runbook is right and only
 * cannot run yet; where a value is broken, more is not known.
 */
export function reportLack(
  code: string,
  message: string,
  item: MappingValue,
  keys: readonly string[],
  help: string,
  { problems }: FieldContext,
): void {
  if (item.entries.some(({ value }) => value.kind === "broken")) return;
  const isFromVariable = keys.some((key) => childOf(item, key)?.trail?.some((step) => step.startsWith("variable ")));
  if (isFromVariable) problems.warning(code, message, item, { help, blocksRun: true });
  else problems.error(code, message, item, { help });
}
