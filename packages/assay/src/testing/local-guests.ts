import { EventEmitter } from "node:events";
import { PlatformError } from "../errors/catalogue.ts";
import type { Feature } from "../features/feature.ts";
import type { Panic } from "../features/panic.ts";
import type { SerialConsole } from "../features/serial-console.ts";
import { makeNode } from "../node/make-node.ts";
import type { Node } from "../node/node.ts";
import { LocalShell } from "../node/shell/local/local-shell.ts";
import { InteractiveConsole } from "../platforms/interactive-console.ts";
import type {
  DeployContext,
  Environment,
  EnvironmentRequirement,
  HostCost,
  LeftBehind,
  Platform,
} from "../platforms/platform.ts";

/** One "machine" of {@link LocalGuests}, with the strings a test can pull. */
export interface LocalGuest {
  readonly name: string;
  /** Prints at the machine's serial console. */
  print(text: string): void;
  /** Tells the machine that its kernel panicked, as a driver of pvpanic does, and prints nothing. */
  panic(): void;
  /** Makes the machine die on its own. */
  die(reason: string): void;
  isDeleted: boolean;
}

export interface LocalGuestsOptions {
  readonly isPristineCheap?: boolean;
  readonly maxEnvironments?: number;
  /** Called before each deployment with its number, from 1; throws to make it fail. */
  readonly onDeploy?: (count: number, requirement: EnvironmentRequirement) => void;
  readonly hostCost?: HostCost;
  /** Called when a run goes on that was cut off; gives the names of what it removed. */
  readonly removeLeftBehind?: (left: LeftBehind) => readonly string[];
}

/**
 * A platform for tests of the engine. Its machines are shells on this host, so that commands, time limits and aborts
 * are real; only power, console and death are played. The nodes of one environment share its console.
 */
export class LocalGuests implements Platform {
  readonly type = "local-guests";
  readonly isPristineCheap: boolean;
  readonly maxEnvironments: number;
  readonly guests: LocalGuest[] = [];
  readonly #onDeploy: NonNullable<LocalGuestsOptions["onDeploy"]>;
  readonly #hostCost: HostCost;
  readonly #removeLeftBehind: NonNullable<LocalGuestsOptions["removeLeftBehind"]>;
  #deployments = 0;

  constructor(options: LocalGuestsOptions = {}) {
    this.isPristineCheap = options.isPristineCheap ?? true;
    this.maxEnvironments = options.maxEnvironments ?? 2;
    this.#onDeploy = options.onDeploy ?? (() => undefined);
    this.#removeLeftBehind = options.removeLeftBehind ?? (() => []);
    this.#hostCost = options.hostCost ?? { memoryMb: 0, cpus: 0 };
  }

  refuse(requirement: EnvironmentRequirement): string | undefined {
    return requirement.cores > 64 ? `Only 64 cores here, the case needs ${requirement.cores}.` : undefined;
  }

  async prepare(): Promise<void> {}

  async removeLeftBehind(left: LeftBehind): Promise<readonly string[]> {
    return this.#removeLeftBehind(left);
  }

  hostCost(): HostCost {
    return this.#hostCost;
  }

  async deploy(requirement: EnvironmentRequirement, context: DeployContext): Promise<Environment> {
    this.#onDeploy(++this.#deployments, requirement);
    const console = new EventEmitter();
    let printed = "";
    const death = Promise.withResolvers<never>();
    death.promise.catch(() => undefined);
    const guest: LocalGuest = {
      name: context.environmentName,
      print(text) {
        printed += text;
        console.emit("text", text);
      },
      panic: () => console.emit("panic"),
      die: (reason) => death.reject(new PlatformError(reason)),
      isDeleted: false,
    };
    this.guests.push(guest);
    const line: Pick<SerialConsole, "follow" | "write"> = {
      follow(onText) {
        console.on("text", onText);
        return () => console.off("text", onText);
      },
      write: async (text) => guest.print(text),
    };
    const typist = new InteractiveConsole(line);
    const serial: SerialConsole = {
      ...line,
      featureName: "SerialConsole",
      log: async ({ from = 0 } = {}) => Buffer.from(printed).subarray(from).toString(),
      position: async () => Buffer.byteLength(printed),
      boots: async () => [{ offset: 0, cause: "power-on" }],
      read: async () => typist.read(),
      readUntil: (pattern, options) => typist.readUntil(pattern, options),
      login: (login, options) => typist.login(login, options),
      sysrq: async (key) => guest.print(`sysrq: ${key}\n`),
    };
    const panic: Panic = {
      featureName: "Panic",
      follow(onPanic) {
        const tell = () => onPanic({ kind: "panicked", facts: {} });
        console.on("panic", tell);
        return () => console.off("panic", tell);
      },
      next: async () => await new Promise((resolve) => panic.follow(resolve)),
      async trigger() {
        const told = panic.next();
        guest.panic();
        return await told;
      },
    };
    const node = (index: number): Node =>
      makeNode({
        name: `node-${index}`,
        index,
        isLocal: false,
        connection: { address: "127.0.0.1", port: 0, username: "root" },
        capability: { cores: 1, memoryMb: 1024, features: ["SerialConsole", "Panic"] },
        shell: new LocalShell(),
        features: new Map<string, Feature>([
          ["SerialConsole", serial],
          ["Panic", panic],
        ]),
      });
    const others = Array.from({ length: requirement.nodeCount - 1 }, (_, index) => node(index + 1));
    return {
      name: context.environmentName,
      nodes: [node(0), ...others],
      facts: {},
      died: death.promise,
      [Symbol.asyncDispose]: async () => {
        guest.isDeleted = true;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
