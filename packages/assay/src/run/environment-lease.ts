import { AssayError } from "../errors/assay-error.ts";
import { BootFailed, NodeUnreachable, PlatformError } from "../errors/catalogue.ts";
import type { EventBody } from "../events/types.ts";
import type { Environment, EnvironmentRequirement, Platform } from "../platforms/platform.ts";
import { serves } from "./requirement.ts";
import type { RunFolder } from "./run-folder.ts";

export interface LeaseOptions {
  readonly platform: Platform;
  readonly folder: RunFolder;
  readonly emit: (event: EventBody) => void;
  readonly signal: AbortSignal;
  /** Called when an environment is connected, before cases use it. */
  readonly connected?: (environment: Environment, signal: AbortSignal) => Promise<void>;
  /** Gives the next name of an environment, unique in the run. */
  readonly nextName: () => string;
  /** Where deletions go that nobody waits for; the run waits for all of them at its end. */
  readonly inBackground: (work: Promise<void>) => void;
}

/** How long a node has to answer after a case before its environment serves another one. */
const PROBE_TIMEOUT_MS = 10_000;

/** The environment one worker of the schedule holds: deployed on demand, kept while it is clean and fits, then deleted. */
export class EnvironmentLease implements AsyncDisposable {
  readonly #options: LeaseOptions;
  #held: { environment: Environment; requirement: EnvironmentRequirement } | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** An environment for `requirement`. Throws what the platform throws; a transient failure is tried a second time. */
  async acquire(requirement: EnvironmentRequirement, isNewWanted: boolean): Promise<Environment> {
    if (this.#held !== undefined && !isNewWanted && serves(this.#held.requirement, requirement)) {
      return this.#held.environment;
    }
    this.#discard();
    try {
      return await this.#deploy(requirement);
    } catch (error) {
      if (error instanceof PlatformError && error.isTransient && !this.#options.signal.aborted) {
        return await this.#deploy(requirement);
      }
      throw error;
    }
  }

  /** Ends a case's use. The environment is kept only where it is dear, clean and still answers. */
  async release(isReusable: boolean): Promise<void> {
    if (this.#held === undefined) {
      return;
    }
    if (!isReusable || this.#options.platform.isPristineCheap || !(await answers(this.#held.environment))) {
      this.#discard();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#discard();
  }

  async #deploy(requirement: EnvironmentRequirement): Promise<Environment> {
    const { platform, folder, emit, signal, nextName } = this.#options;
    const name = nextName();
    const startedMs = performance.now();
    try {
      const environment = await platform.deploy(requirement, {
        environmentName: name,
        signal,
        logFolder: folder.environmentFolder(name),
        progress: (progress) => emit({ type: "platform-progress", ...progress }),
      });
      // Nobody awaits this promise between cases; the case runner does while one runs.
      environment.died.catch(() => undefined);
      this.#held = { environment, requirement };
      await this.#makeReady(environment);
      emit({
        type: "environment-ready",
        environment: name,
        elapsedMs: Math.round(performance.now() - startedMs),
        facts: environment.facts,
        nodes: environment.nodes.map((node) => node.name),
      });
      return environment;
    } catch (error) {
      this.#discard();
      emit({
        type: "environment-failed",
        environment: name,
        message: error instanceof Error ? error.message : String(error),
        ...(error instanceof AssayError && error.help !== undefined ? { help: error.help } : {}),
        ...(error instanceof BootFailed ? { serialTail: error.serialTail } : {}),
      });
      throw error;
    }
  }

  /** Gives the machine to whoever wants it first; ends at once when it dies. */
  async #makeReady(environment: Environment): Promise<void> {
    const { connected, signal } = this.#options;
    if (connected === undefined) return;
    const ended = new AbortController();
    const died = environment.died.catch((error: unknown) => {
      ended.abort(error);
      throw error;
    });
    await Promise.race([connected(environment, AbortSignal.any([signal, ended.signal])), died]);
  }

  #discard(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) {
      return;
    }
    const { emit, inBackground } = this.#options;
    const startedMs = performance.now();
    const { name } = held.environment;
    inBackground(
      held.environment[Symbol.asyncDispose]().then(
        () =>
          emit({
            type: "environment-deleted",
            environment: name,
            elapsedMs: Math.round(performance.now() - startedMs),
          }),
        (error: unknown) =>
          emit({
            type: "notice",
            level: "error",
            text: `Environment '${name}' could not be deleted: ${error instanceof Error ? error.message : error}`,
            help: "Run 'assay cleanup'.",
          }),
      ),
    );
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
