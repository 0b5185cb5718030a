import { FaultInjection } from "../../features/fault-injection.ts";
import type { Node } from "../../node/node.ts";
import type { Environment } from "../platform.ts";
import { watchDeath } from "./machine/machine-death.ts";
import type { SshKey } from "./machine/ssh-key.ts";
import type { EthernetSwitch } from "./network/ethernet-switch.ts";
import { keepSwitch } from "./network/kept-switch.ts";
import { loginCommand, loginOf, type MachineParts, nodeOf } from "./qemu-node.ts";

export interface EnvironmentParts {
  readonly name: string;
  /** In the order of the nodes. */
  readonly machines: readonly [MachineParts, ...MachineParts[]];
  /** Between the machines; undefined for one alone. */
  readonly network: EthernetSwitch | undefined;
  readonly username: string;
  readonly sshKey: SshKey;
  readonly facts: Readonly<Record<string, string>>;
  /** `remove`: disposing ends the machines. `keep`: disposing lets them run on, for a person to log in. */
  readonly afterwards: "remove" | "keep";
  readonly onRelease: (environment: QemuEnvironment) => void;
}

/** One machine or several with their nodes. They are released together; the death of one is that of all. */
export class QemuEnvironment implements Environment {
  readonly name: string;
  readonly nodes: readonly [Node, ...Node[]];
  readonly facts: Readonly<Record<string, string>>;
  readonly died: Promise<never>;
  readonly #parts: EnvironmentParts;
  readonly #stopWatching: readonly (() => void)[];
  #released: Promise<void> | undefined;

  constructor(parts: EnvironmentParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.facts = parts.facts;
    const [first, ...others] = parts.machines;
    this.nodes = [nodeOf(first, 0, parts), ...others.map((each, index) => nodeOf(each, index + 1, parts))];
    const { promise, reject } = Promise.withResolvers<never>();
    this.died = promise;
    // Whoever is interested awaits it; nobody has to.
    promise.catch(() => undefined);
    this.#stopWatching = parts.machines.map(({ name, connected }) => watchDeath(connected.machine, name, reject));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#parts.afterwards === "keep" ? this.keep() : this.#remove();
    await this.#released;
  }

  /** Leaves the machines running after assay has ended, with the key to log in beside each. */
  async keep(): Promise<void> {
    const { machines, network, sshKey, onRelease } = this.#parts;
    this.#released ??= Promise.resolve();
    // Nobody is left to end them; one that does not end must not keep the others from their way.
    await Promise.allSettled(this.nodes.map((node) => node.find(FaultInjection)?.revertAll()));
    this.#watchNoMore();
    await Promise.all(
      machines.map(async ({ connected: { machine, shell } }) => {
        await machine.keep(sshKey.privateKey);
        await shell[Symbol.asyncDispose]();
      }),
    );
    if (network !== undefined) await keepSwitch(network.release());
    for (const { connected } of machines) connected.machine.release();
    onRelease(this);
  }

  /** How a person logs in to each of the machines when they are kept. */
  get loginCommands(): readonly string[] {
    const { machines, username } = this.#parts;
    return machines.map(({ connected: { machine } }) => loginCommand(loginOf(machine, username), machine.keyFile));
  }

  #watchNoMore(): void {
    for (const stop of this.#stopWatching) stop();
  }

  async #remove(): Promise<void> {
    const { machines, network, onRelease } = this.#parts;
    this.#watchNoMore();
    network?.[Symbol.dispose]();
    await Promise.all(machines.map(({ connected }) => removeMachine(connected)));
    onRelease(this);
  }
}

/** Ends a machine and the shell on it. */
export async function removeMachine({ machine, shell }: MachineParts["connected"]): Promise<void> {
  // The machine first: a shell that says good-bye to a dead or hung guest would only wait.
  await machine[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
}
