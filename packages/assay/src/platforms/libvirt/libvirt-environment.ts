import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "../../errors/catalogue.ts";
import { FaultInjection } from "../../features/fault-injection.ts";
import { cacheFolder } from "../../host/folders.ts";
import type { Node } from "../../node/node.ts";
import type { Environment } from "../platform.ts";
import type { MachineNics } from "../qemu/features/network-interface.ts";
import { nestedExtension } from "../qemu/host/nesting.ts";
import type { MachineShape } from "../qemu/machine/machine.ts";
import { watchDeath } from "../qemu/machine/machine-death.ts";
import type { MachineNetwork } from "../qemu/network/machine-network.ts";
import { loginCommand, machineNode } from "../qemu/qemu-node.ts";
import { makeMark } from "./domain/mark.ts";
import type { ConnectedMachine, Prepared } from "./machine.ts";
import { machineFeatures } from "./machine-features.ts";
import type { PrivateWires } from "./network/private-network.ts";

/** A machine of an environment and what is known of it. */
export interface MachineParts {
  readonly name: string;
  readonly shape: MachineShape;
  readonly connected: ConnectedMachine;
  /** Its view of the private network; undefined for a machine alone. */
  readonly network: MachineNetwork | undefined;
  readonly nics: MachineNics;
}

export interface EnvironmentParts {
  readonly name: string;
  /** In the order of the nodes. */
  readonly machines: readonly [MachineParts, ...MachineParts[]];
  /** Between the machines; undefined for one alone. */
  readonly network: PrivateWires | undefined;
  readonly prepared: Prepared;
  readonly facts: Readonly<Record<string, string>>;
  /** `remove`: disposing ends the machines. `keep`: disposing lets them run on, for a person to log in. */
  readonly afterwards: "remove" | "keep";
  readonly onRelease: (environment: LibvirtEnvironment) => void;
}

/** Machines of libvirt with their nodes. They are released together; the death of one is that of all. */
export class LibvirtEnvironment implements Environment {
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
    // What QEMU tells of the host's disks; how machines end is libvirt's to tell.
    const ended = new Promise<string>(() => undefined);
    this.#stopWatching = parts.machines.map(({ connected: { domain }, name }) =>
      watchDeath({ qmp: domain.qmp, ended }, name, reject),
    );
    for (const { connected, name } of parts.machines) {
      void connected.domain.died.then((words) => {
        if (this.#released !== undefined) return;
        reject(new PlatformError(`The machine '${name}' died: libvirt tells '${words}'.`, { isTransient: true }));
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#parts.afterwards === "keep" ? this.keep() : this.#remove();
    await this.#released;
  }

  /** Leaves the machines running after assay has ended, with the key to log in beside them. */
  async keep(): Promise<void> {
    const { machines, network, onRelease, prepared } = this.#parts;
    this.#released ??= Promise.resolve();
    this.#watchNoMore();
    // Nobody is left to end them; one that does not end must not keep the others from their way.
    await Promise.allSettled(this.nodes.map((node) => node.find(FaultInjection)?.revertAll()));
    await mkdir(keptFolder(), { recursive: true, mode: 0o700 });
    for (const { connected, name } of machines) {
      const { domain, shell } = connected;
      const file = keyFile(domain.name);
      await writeFile(file, prepared.sshKey.privateKey, { mode: 0o600 });
      await chmod(file, 0o600);
      await shell[Symbol.asyncDispose]();
      await domain.keep(await makeMark({ runId: prepared.runId, name, storage: prepared.pool.name }));
    }
    // It is carried by this process, which goes; what is kept are the machines.
    await network?.[Symbol.asyncDispose]();
    onRelease(this);
  }

  /** How a person logs in to each of the machines when they are kept. */
  get loginCommands(): readonly string[] {
    const { machines, prepared } = this.#parts;
    const { username } = prepared;
    return machines.map(({ connected: { address, domain, port } }) =>
      loginCommand({ address, port, username }, keyFile(domain.name)),
    );
  }

  #watchNoMore(): void {
    for (const stop of this.#stopWatching) stop();
  }

  async #remove(): Promise<void> {
    const { machines, network, onRelease } = this.#parts;
    this.#watchNoMore();
    await Promise.all(machines.map(({ connected }) => removeMachine(connected)));
    await network?.[Symbol.asyncDispose]();
    onRelease(this);
  }
}

const keptFolder = (): string => join(cacheFolder(), "libvirt", "kept");
const keyFile = (domain: string): string => join(keptFolder(), `${domain}.key`);

/** Ends a machine and the shell on it. */
export async function removeMachine({ domain, shell }: ConnectedMachine): Promise<void> {
  // The machine first: a shell that says good-bye to a dead or hung guest would only wait.
  await domain[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
}

function nodeOf(
  { connected, name, network, nics, shape }: MachineParts,
  index: number,
  { prepared }: EnvironmentParts,
): Node {
  const { address, port, shell } = connected;
  const { accelerator, host, username } = prepared;
  const extension = nestedExtension(shape.hardware ?? {}, accelerator, host.nesting);
  const features = machineFeatures({ accelerator, connected, extension, network, nics, shape });
  return machineNode({ name, network, shape, index, shell, login: { address, port, username }, features });
}
