import { fields, withDefault } from "./field.ts";
import { flag, integer, secret, standing, text } from "./kinds.ts";
import { requirement, requirementNodeFields } from "./requirement.ts";
import { unsupported } from "./unsupported.ts";
import type { Variants } from "./variant.ts";

const LENIENT = { isLenientUpstream: true } as const;
const PORT = { minimum: 1, maximum: 65_535 } as const;

/** Keys of every node. */
export const commonNode = {
  type: text("kind of node"),
  name: text("name of the node"),
  is_default: withDefault(flag("the node cases get first"), false),
  enabled: withDefault(flag("false leaves the node out"), true),
  capability: requirement("what the node claims to have; cases that need more are skipped"),
};

/** How a machine is reached that is there already; also of connections and jump boxes. */
export const connectionTable = {
  address: text("address inside the environment"),
  port: standing(integer("port at 'address'", PORT), 22),
  public_address: text("address from here"),
  public_port: standing(integer("port at 'public_address'", PORT), 22),
  use_public_address: standing(flag("whether 'public_address' is used"), true),
  username: standing(text("account; empty takes the platform's"), "lisatest"),
  password: secret(text("its password; empty takes the platform's")),
  private_key_file: text("file with its private key; empty takes the platform's"),
  use_ipv6: unsupported(standing(flag("IPv6 preferred"), false), { unless: [false] }),
};

export const localNodeFields = fields(commonNode, LENIENT);
export const remoteNodeFields = fields({ ...commonNode, ...connectionTable }, { ...LENIENT, title: "remote" });

/** The nodes of an environment. */
export const NODES: Variants = {
  family: "node",
  noun: "node type",
  common: commonNode,
  kinds: { local: localNodeFields, remote: remoteNodeFields, requirement: requirementNodeFields },
  elsewhere: new Map(["wsl", "openvmm"].map((name) => [name, "platform.guests"])),
  missingCode: "S10",
};
