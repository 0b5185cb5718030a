import type { CommandFailed } from "../errors/catalogue.ts";
import type { Feature, FeatureKey } from "../features/feature.ts";
import type { OsFacts } from "../os/facts.ts";
import type { Tool, ToolClass } from "../tools/tool.ts";
import type { Command, CommandObserver, Completed, RunOptions, Shell } from "./shell/types.ts";

/** What a node has, known from its platform; matched against what cases require. */
export interface Capability {
  readonly cores: number;
  readonly memoryMb: number;
  /** Names of the features the platform gives to this node. */
  readonly features: readonly string[];
}

/** How the controller logs in, for messages, `assay shell` and cases that look at users. */
export interface ConnectionInfo {
  readonly address: string;
  readonly port: number;
  readonly username: string;
  /** Where the other nodes of its environment reach it, when that is another address and is known. */
  readonly internalAddress?: string;
}

/** One machine under test. */
export interface Node {
  readonly name: string;
  readonly index: number;
  /** True for the machine assay itself runs on. Cases that would reboot it must skip. */
  readonly isLocal: boolean;
  readonly connection: ConnectionInfo;
  readonly capability: Capability;
  readonly shell: Shell;

  /** Runs a command; the outcome is a value, nothing is thrown for a non-zero exit. */
  run(command: Command, options?: RunOptions): Promise<Completed>;
  /** Runs a command that has to exit 0 and gives its stdout without the last newline. Throws {@link CommandFailed}, TimedOut or NodeUnreachable. */
  text(command: Command, options?: RunOptions): Promise<string>;
  /** Facts of the operating system, gathered once per boot in one round trip. */
  facts(): Promise<OsFacts>;
  /** The wrapped program `tool`; one instance per node. */
  tool<T extends Tool>(tool: ToolClass<T>): T;
  /** The feature, or undefined when the platform cannot give it. */
  find<T extends Feature>(key: FeatureKey<T>): T | undefined;
  /** The feature; throws Skipped when the platform cannot give it. */
  feature<T extends Feature>(key: FeatureKey<T>): T;
  /** Calls `observer` for every command that finishes on this node (through any view of it) until the returned function is called. */
  observe(observer: CommandObserver): () => void;
  /** A view of this node whose commands, files and tools all end when `signal` aborts; the engine gives cases such a view. */
  withSignal(signal: AbortSignal): Node;
  /** Forgets cached facts and tools, after a reboot or an upgrade. */
  refresh(): void;
}
