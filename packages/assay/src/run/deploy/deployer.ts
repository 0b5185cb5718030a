import { AssayError } from "../../errors/assay-error.ts";
import { BootFailed, PlatformError, ResourceBusy } from "../../errors/catalogue.ts";
import type { EventBody } from "../../events/types.ts";
import type {
  DeployContext,
  Environment,
  EnvironmentRequirement,
  HostHealth,
  Platform,
} from "../../platforms/platform.ts";
import type { CaptureSettings } from "../../runbook/types.ts";
import { Skipped } from "../../suite/outcomes.ts";
import type { HostCapacity } from "../capacity/host-capacity.ts";
import { captureFacts } from "../capture/capture-facts.ts";
import type { DiskPause } from "../disk-pause.ts";
import type { HealthGate, Pass } from "../health/health-gate.ts";
import type { RunFolder } from "../run-folder.ts";
import type { BusyWait } from "./busy-wait.ts";
import type { Freed } from "./freed.ts";
import type { Turn } from "./turn.ts";

export interface DeployerOptions {
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
  /** Further attempts after one that failed. */
  readonly retry: number;
  readonly gate: HealthGate;
  readonly hosts: HostHealth;
  readonly capacity: HostCapacity;
  readonly busy: BusyWait;
  readonly freed: Freed;
  /** What the runbook wants to know of the nodes. */
  readonly capture?: CaptureSettings;
  readonly mask: (text: string) => string;
  /** Tells failures for lack of room on the disk of the run: that is waited for elsewhere. */
  readonly disk: Pick<DiskPause, "isCauseOf">;
}

/** A connected environment with what it takes of the host. */
export interface Deployed {
  readonly environment: Environment;
  readonly requirement: EnvironmentRequirement;
  /** Deletes it in the background and gives back what it took. */
  readonly discard: () => void;
}

/** Makes environments: when the host has room, the platform is in health and what it needs is not in use elsewhere. */
export class Deployer {
  readonly #options: DeployerOptions;

  constructor(options: DeployerOptions) {
    this.#options = options;
  }

  /** Throws what the platform throws in the last attempt, and Skipped when a resource stays in use elsewhere. */
  async deploy(requirement: EnvironmentRequirement, turn: Turn): Promise<Deployed> {
    const { busy, emit, signal } = this.#options;
    for (let attempt = 0; ; ) {
      try {
        const deployed = await this.#once(requirement, turn);
        busy.over(requirement);
        return deployed;
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof ResourceBusy) {
          await turn.away(() => busy.wait(requirement, error));
        } else if (error instanceof GivenUp || attempt >= this.#retriesAfter(error)) {
          throw error;
        } else {
          attempt += 1;
          const text = `An environment could not be made and is tried again (${attempt} of ${this.#retriesAfter(error)}).`;
          emit({ type: "notice", level: "warn", text });
        }
      }
    }
  }

  #retriesAfter(error: unknown): number {
    if (error instanceof Skipped || this.#options.disk.isCauseOf(error)) return 0;
    if (error instanceof AssayError && error.failureClass === "configuration") return 0;
    const { retry } = this.#options;
    return error instanceof PlatformError && error.isTransient ? Math.max(1, retry) : retry;
  }

  /** Room on the host and a pass of the health gate; who waits for one does not hold the other. */
  async #admitted(requirement: EnvironmentRequirement, turn: Turn): Promise<{ room: Disposable; pass: Pass }> {
    const { platform, capacity, gate, signal } = this.#options;
    const cost = platform.hostCost?.(requirement);
    for (;;) {
      if (gate.gaveUp !== undefined) throw new GivenUp(gate.gaveUp);
      const room = capacity.tryTake(cost) ?? (await turn.away(() => capacity.take(cost, signal)));
      const pass = gate.tryEnter();
      if (pass !== undefined) return { room, pass };
      room[Symbol.dispose]();
      await turn.away(() => gate.change(signal));
    }
  }

  async #once(requirement: EnvironmentRequirement, turn: Turn): Promise<Deployed> {
    const { platform, folder, emit, signal, nextName, hosts } = this.#options;
    const { room, pass } = await this.#admitted(requirement, turn);
    const name = nextName();
    const startedMs = performance.now();
    let environment: Environment | undefined;
    let captured: Readonly<Record<string, string>> = {};
    let elapsedMs: number;
    try {
      const context: DeployContext = {
        environmentName: name,
        signal,
        logFolder: folder.environmentFolder(name),
        progress: (progress) => emit({ type: "platform-progress", ...progress }),
        hosts,
      };
      environment = await platform.deploy(requirement, context);
      // Nobody awaits this promise between cases; the case runner does while one runs.
      environment.died.catch(() => undefined);
      await this.#makeReady(environment);
      if (platform.inhabit !== undefined) environment = await platform.inhabit(environment, context);
      elapsedMs = Math.round(performance.now() - startedMs);
      captured = await this.#captureFacts(environment, context.logFolder);
    } catch (error) {
      this.#judge(pass, error);
      if (environment === undefined) room[Symbol.dispose]();
      else this.#discard(environment, room);
      // Nothing was tried where there is nothing to be had.
      const isTried = environment !== undefined || !(error instanceof ResourceBusy || error instanceof Skipped);
      if (isTried) emit(failedEvent(name, error));
      throw error;
    }
    pass.succeeded();
    emit({
      type: "environment-ready",
      environment: environment.name,
      ...(environment.within !== undefined && { within: environment.within }),
      elapsedMs,
      facts: { ...environment.facts, ...captured },
      nodes: environment.nodes.map((node) => node.name),
      capabilities: environment.nodes.map(({ capability: { cores, memoryMb } }) => ({ cores, memoryMb })),
    });
    const made = environment;
    return { environment: made, requirement, discard: () => this.#discard(made, room) };
  }

  async #captureFacts(environment: Environment, logFolder: string): Promise<Readonly<Record<string, string>>> {
    const { capture, emit, mask, signal } = this.#options;
    if (capture === undefined) return {};
    const say = (text: string): void => emit({ type: "notice", level: "warn", text });
    return await captureFacts(environment, { capture, logFolder, mask, signal, say });
  }

  /** What is the user's to correct, and what is only in use, says nothing about the platform's health. */
  #judge(pass: Pass, error: unknown): void {
    const { signal, disk } = this.#options;
    const isElsewhere = error instanceof ResourceBusy || error instanceof Skipped || disk.isCauseOf(error);
    if (signal.aborted || isElsewhere) pass.abandoned();
    else pass.failed(messageOf(error));
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

  #discard(environment: Environment, room: Disposable): void {
    const { emit, inBackground, freed } = this.#options;
    const startedMs = performance.now();
    const { name } = environment;
    const deletion = environment[Symbol.asyncDispose]().then(
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
          text: `Environment '${name}' could not be deleted: ${messageOf(error)}`,
          help: "Run 'assay cleanup'.",
        }),
    );
    inBackground(
      deletion.finally(() => {
        room[Symbol.dispose]();
        freed.tell();
      }),
    );
  }
}

/** The platform is not asked any more. */
class GivenUp extends PlatformError {}

function failedEvent(environment: string, error: unknown): EventBody {
  return {
    type: "environment-failed",
    environment,
    message: messageOf(error),
    ...(error instanceof AssayError && error.help !== undefined ? { help: error.help } : {}),
    ...(error instanceof BootFailed ? { serialTail: error.serialTail } : {}),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
