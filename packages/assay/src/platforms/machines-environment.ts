import { FaultInjection } from "../features/fault-injection.ts";
import type { Node } from "../node/node.ts";
import type { Environment } from "./platform.ts";

/** Ways to do with machines what only their platform can. */
interface MachineWays {
  /** Calls `tell` with the reason as soon as one of the machines cannot go on. Returns a function that ends the watch. */
  watch(tell: (reason: unknown) => void): () => void;
  /** Leaves the machines running after assay has ended, with the key to log in beside them. */
  keep(): Promise<void>;
  /** Ends the machines and removes all that was made for them. */
  remove(): Promise<void>;
}

export interface MachinesParts {
  readonly name: string;
  readonly nodes: readonly [Node, ...Node[]];
  readonly facts: Readonly<Record<string, string>>;
  /** How a person logs in to each of the machines when they are kept. */
  readonly loginCommands: readonly string[];
  readonly ways: MachineWays;
  /** `remove`: disposing ends the machines. `keep`: disposing lets them run on, for a person to log in. */
  readonly afterwards: "remove" | "keep";
}

/** Machines that were made, with their nodes. They are released together; the death of one is that of all. */
export class MachinesEnvironment implements Environment {
  readonly name: string;
  readonly nodes: readonly [Node, ...Node[]];
  readonly facts: Readonly<Record<string, string>>;
  readonly died: Promise<never>;
  readonly loginCommands: readonly string[];
  readonly #ways: MachineWays;
  readonly #stopWatching: () => void;
  readonly #release: () => Promise<void>;
  #onRelease: () => void = () => undefined;
  #released: Promise<void> | undefined;

  constructor({ afterwards, facts, loginCommands, name, nodes, ways }: MachinesParts) {
    this.name = name;
    this.nodes = nodes;
    this.facts = facts;
    this.loginCommands = loginCommands;
    this.#ways = ways;
    this.#release = afterwards === "keep" ? () => this.#keep() : () => this.#remove();
    const { promise, reject } = Promise.withResolvers<never>();
    this.died = promise;
    // Whoever is interested awaits it; nobody has to.
    promise.catch(() => undefined);
    this.#stopWatching = ways.watch(reject);
  }

  /** Has `listener` called when the machines are released, whether they are kept or gone. */
  onRelease(listener: () => void): void {
    this.#onRelease = listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#release();
    await this.#released;
  }

  /** Leaves the machines running, whatever disposing would do with them. */
  async keep(): Promise<void> {
    this.#released ??= this.#keep();
    await this.#released;
  }

  async #keep(): Promise<void> {
    // Nobody is left to end them; one that does not end must not keep the others from their way.
    await Promise.allSettled(this.nodes.map((node) => node.find(FaultInjection)?.revertAll()));
    this.#stopWatching();
    await this.#ways.keep();
    this.#onRelease();
  }

  async #remove(): Promise<void> {
    this.#stopWatching();
    await this.#ways.remove();
    this.#onRelease();
  }
}
