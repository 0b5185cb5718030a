import { NodeUnreachable } from "../errors/catalogue.ts";
import type { Environment, EnvironmentRequirement, Platform } from "../platforms/platform.ts";
import type { Deployed, Deployer } from "./deploy/deployer.ts";
import type { Turn } from "./deploy/turn.ts";
import { serves } from "./requirement.ts";

/** How long a node has to answer after a case before its environment serves another one. */
const PROBE_TIMEOUT_MS = 10_000;

/** The environment one worker of the schedule holds: deployed on demand, kept while it is clean and fits, then deleted. */
export class EnvironmentLease implements AsyncDisposable {
  readonly #deployer: Deployer;
  readonly #platform: Pick<Platform, "isPristineCheap">;
  #held: Deployed | undefined;

  constructor(deployer: Deployer, platform: Pick<Platform, "isPristineCheap">) {
    this.#deployer = deployer;
    this.#platform = platform;
  }

  /** What the environment was made for that is at hand; undefined when there is none. */
  get heldFor(): EnvironmentRequirement | undefined {
    return this.#held?.requirement;
  }

  /** An environment for `requirement`. Throws what the deployer throws. */
  async acquire(requirement: EnvironmentRequirement, isNewWanted: boolean, turn: Turn): Promise<Environment> {
    if (this.#held !== undefined && !isNewWanted && serves(this.#held.requirement, requirement)) {
      return this.#held.environment;
    }
    this.#discard();
    this.#held = await this.#deployer.deploy(requirement, turn);
    return this.#held.environment;
  }

  /** Ends a case's use. The environment is kept only where it is dear, clean and still answers. */
  async release(isReusable: boolean): Promise<void> {
    if (this.#held === undefined) {
      return;
    }
    const { environment } = this.#held;
    if (isReusable && this.#platform.isPristineCheap) {
      this.#discard();
    } else if (!isReusable || !(await answers(environment))) {
      environment.spoil?.();
      this.#discard();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#discard();
  }

  #discard(): void {
    this.#held?.discard();
    this.#held = undefined;
  }
}

async function answers(environment: Environment): Promise<boolean> {
  // The machine assay runs on answers: asking it would be a process a case, which costs more than a short case itself.
  const remote = environment.nodes.filter(({ isLocal }) => !isLocal);
  const probes = remote.map((node) => node.run(["true"], { timeoutMs: PROBE_TIMEOUT_MS }));
  try {
    return (await Promise.all(probes)).every((completed) => completed.exitCode === 0);
  } catch (error) {
    if (error instanceof NodeUnreachable) {
      return false;
    }
    throw error;
  }
}
