import { setTimeout as sleep } from "node:timers/promises";
import { makeNode } from "../../packages/assay/src/node/make-node.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import type {
  DeployContext,
  Environment,
  EnvironmentRequirement,
  Platform,
} from "../../packages/assay/src/platforms/platform.ts";

/** A platform whose machines are timers: they take `deployMs` to make and nothing to keep. */
export class TimerMachines implements Platform {
  readonly type = "timer-machines";
  readonly isPristineCheap = false;
  readonly maxEnvironments: number;
  readonly #deployMs: number;
  deployments = 0;

  constructor(maxEnvironments: number, deployMs: number) {
    this.maxEnvironments = maxEnvironments;
    this.#deployMs = deployMs;
  }

  refuse(): undefined {
    return undefined;
  }

  async prepare(): Promise<void> {}

  async deploy(_requirement: EnvironmentRequirement, { environmentName, signal }: DeployContext): Promise<Environment> {
    this.deployments += 1;
    await sleep(this.#deployMs, undefined, { signal });
    const node = makeNode({
      name: "machine",
      index: 0,
      isLocal: true,
      connection: { address: "localhost", port: 0, username: "bench" },
      capability: { cores: 1, memoryMb: 512, features: [] },
      shell: new LocalShell(),
      features: new Map(),
    });
    return {
      name: environmentName,
      nodes: [node],
      facts: {},
      died: new Promise<never>(() => undefined),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
