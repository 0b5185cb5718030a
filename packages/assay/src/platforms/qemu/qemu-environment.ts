import { chmod, writeFile } from "node:fs/promises";
import { HostExhausted, PlatformError } from "../../errors/catalogue.ts";
import type { Feature } from "../../features/feature.ts";
import { makeNode } from "../../node/make-node.ts";
import type { Node } from "../../node/node.ts";
import type { Environment } from "../platform.ts";
import type { ConnectedMachine } from "./fork.ts";
import type { MachineShape } from "./machine/machine.ts";
import type { SshKey } from "./machine/ssh-key.ts";

export interface EnvironmentParts {
  readonly name: string;
  readonly connected: ConnectedMachine;
  readonly shape: MachineShape;
  readonly username: string;
  readonly sshKey: SshKey;
  readonly facts: Readonly<Record<string, string>>;
  /** `remove`: disposing ends the machine. `keep`: disposing lets it run on, for a person to log in. */
  readonly afterwards: "remove" | "keep";
  readonly onRelease: (environment: QemuEnvironment) => void;
}

const FREE_DISK = "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.";

/** Features every machine of this platform has. */
export const QEMU_FEATURES = ["SerialConsole", "StartStop"] as const;

/** One machine with its node. */
export class QemuEnvironment implements Environment {
  readonly name: string;
  readonly nodes: readonly [Node];
  readonly facts: Readonly<Record<string, string>>;
  readonly died: Promise<never>;
  readonly #parts: EnvironmentParts;
  #released: Promise<void> | undefined;

  constructor(parts: EnvironmentParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.facts = parts.facts;
    const { machine, shell } = parts.connected;
    const features: [string, Feature][] = [
      ["SerialConsole", machine.serial],
      ["StartStop", machine.power],
    ];
    this.nodes = [
      makeNode({
        name: parts.name,
        index: 0,
        isLocal: false,
        connection: { address: "127.0.0.1", port: machine.sshPort, username: parts.username },
        capability: { ...parts.shape, features: [...QEMU_FEATURES] },
        shell,
        features: new Map(features),
      }),
    ];
    const { promise, reject } = Promise.withResolvers<never>();
    this.died = promise;
    // Whoever is interested awaits it; nobody has to.
    promise.catch(() => undefined);
    machine.qmp.onEvent(({ event, data }) => {
      if (event !== "BLOCK_IO_ERROR" || data.action !== "stop") return;
      const why = String(data.reason ?? "input/output error");
      // QEMU has stopped the guest, which knows nothing of it and would never answer again.
      reject(
        data.nospace === true
          ? new HostExhausted(`The disk of the host is full; the machine '${parts.name}' was stopped.`, {
              help: FREE_DISK,
            })
          : new PlatformError(`The disk of the machine '${parts.name}' failed on the host: ${why}.`),
      );
    });
    void machine.ended.then((words) => {
      if (this.#released !== undefined) return;
      const said = words === "" ? "It said nothing." : `Its last words: ${words}`;
      reject(
        new PlatformError(`The machine '${parts.name}' died: its QEMU ended on its own. ${said}`, {
          isTransient: true,
        }),
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#parts.afterwards === "keep" ? this.keep() : this.#remove();
    await this.#released;
  }

  /** Leaves the machine running after assay has ended, with the key to log in beside it. Returns the command for that. */
  async keep(): Promise<void> {
    const { machine, shell } = this.#parts.connected;
    this.#released ??= Promise.resolve();
    const keyFile = machine.folder.join("ssh-key");
    await writeFile(keyFile, this.#parts.sshKey.privateKey);
    await chmod(keyFile, 0o600);
    await shell[Symbol.asyncDispose]();
    await machine.keep();
    this.#parts.onRelease(this);
  }

  /** How a person logs in to the machine when it is kept. */
  get loginCommand(): string {
    const { machine } = this.#parts.connected;
    const options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
    return `ssh ${options} -i ${machine.folder.join("ssh-key")} -p ${machine.sshPort} ${this.#parts.username}@127.0.0.1`;
  }

  async #remove(): Promise<void> {
    const { machine, shell } = this.#parts.connected;
    // The machine first: a shell that says good-bye to a dead or hung guest would only wait.
    await machine[Symbol.asyncDispose]();
    await shell[Symbol.asyncDispose]();
    this.#parts.onRelease(this);
  }
}
