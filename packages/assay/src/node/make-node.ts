import type { Feature, FeatureKey } from "../features/feature.ts";
import type { OsFacts } from "../os/facts.ts";
import { gatherFacts } from "../os/gather-facts.ts";
import { Skipped } from "../suite/outcomes.ts";
import type { Tool, ToolClass } from "../tools/tool.ts";
import type { Capability, ConnectionInfo, Node } from "./node.ts";
import { ObservedShell } from "./observed-shell.ts";
import { requireSuccess } from "./shell/require-success.ts";
import type { Command, CommandObserver, Completed, RunOptions, Shell } from "./shell/types.ts";

export interface NodeParts {
  readonly name: string;
  readonly index: number;
  readonly isLocal: boolean;
  readonly connection: ConnectionInfo;
  readonly capability: Capability;
  readonly shell: Shell;
  /** What the platform can do to this node, by the name of the feature. */
  readonly features: ReadonlyMap<string, Feature>;
}

/** Makes a node of a shell that is connected and of what its platform knows. The shell stays the platform's to close. */
export function makeNode(parts: NodeParts): Node {
  const shared: SharedState = { observers: new Set(), facts: undefined };
  return new NodeView(parts, shared, undefined);
}

/** What all views of one node have in common. */
interface SharedState {
  readonly observers: Set<CommandObserver>;
  facts: Promise<OsFacts> | undefined;
}

class NodeView implements Node {
  readonly name: string;
  readonly index: number;
  readonly isLocal: boolean;
  readonly connection: ConnectionInfo;
  readonly capability: Capability;
  readonly shell: Shell;
  readonly #parts: NodeParts;
  readonly #shared: SharedState;
  readonly #signal: AbortSignal | undefined;
  readonly #tools = new Map<ToolClass<Tool>, Tool>();

  constructor(parts: NodeParts, shared: SharedState, signal: AbortSignal | undefined) {
    this.name = parts.name;
    this.index = parts.index;
    this.isLocal = parts.isLocal;
    this.connection = parts.connection;
    this.capability = parts.capability;
    this.shell = new ObservedShell(parts.shell, shared.observers, signal);
    this.#parts = parts;
    this.#shared = shared;
    this.#signal = signal;
  }

  run(command: Command, options?: RunOptions): Promise<Completed> {
    return this.shell.run(command, options);
  }

  async text(command: Command, options: RunOptions = {}): Promise<string> {
    const done = await this.run(command, options);
    const signal = options.signal?.aborted === true ? options.signal : this.#signal;
    requireSuccess(done, this.name, signal, options.secrets);
    return done.stdout.replace(/\r?\n$/, "");
  }

  async facts(): Promise<OsFacts> {
    const gathering = this.#shared.facts ?? gatherFacts(this);
    this.#shared.facts = gathering;
    try {
      return await gathering;
    } catch (error) {
      // The next caller tries again; an abort of this view must not spoil the facts for others.
      if (this.#shared.facts === gathering) this.#shared.facts = undefined;
      throw error;
    }
  }

  tool<T extends Tool>(tool: ToolClass<T>): T {
    const known = this.#tools.get(tool);
    if (known instanceof tool) return known;
    const made = new tool(this);
    this.#tools.set(tool, made);
    return made;
  }

  find<T extends Feature>(key: FeatureKey<T>): T | undefined {
    const feature = this.#parts.features.get(key.name);
    return hasName(feature, key) ? feature : undefined;
  }

  feature<T extends Feature>(key: FeatureKey<T>): T {
    const feature = this.find(key);
    if (feature === undefined) throw new Skipped(`The platform of node '${this.name}' has no feature '${key.name}'.`);
    return feature;
  }

  observe(observer: CommandObserver): () => void {
    this.#shared.observers.add(observer);
    return () => this.#shared.observers.delete(observer);
  }

  withSignal(signal: AbortSignal): Node {
    const both = this.#signal === undefined ? signal : AbortSignal.any([this.#signal, signal]);
    return new NodeView(this.#parts, this.#shared, both);
  }

  refresh(): void {
    this.#shared.facts = undefined;
    this.#tools.clear();
  }
}

/** A feature that carries the key's name is of the key's type: names are given once, in features/. */
function hasName<T extends Feature>(feature: Feature | undefined, key: FeatureKey<T>): feature is T {
  return feature?.featureName === key.name;
}
