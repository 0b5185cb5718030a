import type { NodeSpace } from "./requirement.ts";
import type { Position, RemoteNodeSettings } from "./types.ts";

/** What is asked of a machine, or claimed of one, with the name it may have. */
export interface NamedNodeSpace extends NodeSpace {
  readonly name?: string;
  readonly isDefault?: boolean;
}

interface CommonNode {
  readonly position: Position;
  /** Empty when the runbook gives none. */
  readonly name: string;
  readonly isDefault: boolean;
  /** What the node claims to have. */
  readonly capability?: NodeSpace;
}

/** The machine assay runs on. */
export interface LocalNodeSettings extends CommonNode {
  readonly type: "local";
}

/** A machine that is there already; `address` and `port` are those to connect to. */
export interface ListedNodeSettings extends CommonNode, RemoteNodeSettings {
  readonly type: "remote";
  /** Address between the nodes of the environment; empty when neither address is known. */
  readonly internalAddress: string;
  readonly internalPort: number;
  /** Where the key file is named, for messages about it. */
  readonly keyPosition?: Position;
}

/** A machine that a platform has to make. */
export interface WantedNodeSettings extends CommonNode {
  readonly type: "requirement";
  readonly requirement: NodeSpace;
}

/** A node of a kind that an extension added. */
export interface ExtensionNodeSettings extends CommonNode {
  readonly type: "extension";
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export type NodeSettings = LocalNodeSettings | ListedNodeSettings | WantedNodeSettings | ExtensionNodeSettings;

/** One enabled entry of `environment.environments`. */
export interface EnvironmentSettings {
  readonly position: Position;
  readonly name: string;
  /** Those that are enabled; never empty. */
  readonly nodes: readonly NodeSettings[];
}

/** `environment:`. */
export interface EnvironmentSection {
  readonly warnAsError: boolean;
  /** Further attempts to deploy an environment. */
  readonly retry: number;
  readonly environments: readonly EnvironmentSettings[];
}

/** A host to connect through. */
export interface JumpBoxSettings {
  readonly position: Position;
  readonly address: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | undefined;
  readonly privateKeyFile: string | undefined;
  /** Where the host before it finds it. */
  readonly inner: { readonly address: string; readonly port: number };
}

/** `dev:`, when it is there and not switched off. */
export interface DevSettings {
  /** In the order of the way. */
  readonly jumpBoxes: readonly JumpBoxSettings[];
}
