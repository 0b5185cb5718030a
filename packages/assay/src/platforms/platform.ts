import type { Node } from "../node/node.ts";
import type { NodeSpace } from "../runbook/requirement.ts";

/** One machine that is to be made, in single numbers. */
export interface WantedMachine {
  /** Empty when the runbook gives none. */
  readonly name: string;
  readonly cores: number;
  readonly memoryMb: number;
}

/** What a set of cases needs of one environment. */
export interface EnvironmentRequirement {
  readonly nodeCount: number;
  /** Of the largest node. */
  readonly cores: number;
  readonly memoryMb: number;
  readonly features: readonly string[];
  /** True when the case tests booting itself, so that a fork of a booted machine would not do. */
  readonly coldBoot: boolean;
  /** True when the case reboots or changes its machines, so that none may be the one assay runs on. */
  readonly remote?: boolean;
  /** The same node by node with all ranges and settings, for platforms that choose among given machines. */
  readonly nodes?: readonly NodeSpace[];
  /** The same node by node, for platforms that make machines. Absent where all are alike. */
  readonly machines?: readonly WantedMachine[];
}

/** Machines that belong together for the time of one or more cases. */
export interface Environment extends AsyncDisposable {
  /** Unique in the run, such as `qemu-3`. */
  readonly name: string;
  readonly nodes: readonly [Node, ...Node[]];
  /** Name of the environment of the machines that the nodes are guests on. */
  readonly within?: string;
  /** Platform facts for reports: image, firmware, acceleration, how long it took to get here. */
  readonly facts: Readonly<Record<string, string>>;
  /** Rejects with NodeUnreachable or PlatformError as soon as a machine dies on its own; never resolves while it lives. */
  readonly died: Promise<never>;
  /** Called before the release when a case left the machines so that no other may find them. */
  spoil?(): void;
  /** Releases the machines and everything made for them. Idempotent, never throws for what is already gone. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Steps of getting an environment, for progress and timings. `elapsedMs` is set when the step is over. */
export interface PlatformProgress {
  readonly environment: string | undefined;
  /** Such as `probe acceleration`, `build image`, `boot template`, `fork`, `connect`. */
  readonly step: string;
  readonly detail?: string;
  readonly elapsedMs?: number;
}

export interface DeployContext {
  readonly environmentName: string;
  readonly signal: AbortSignal;
  /** Folder in the run folder for logs of this environment; exists. */
  readonly logFolder: string;
  readonly progress: (progress: PlatformProgress) => void;
  /** For platforms that choose among machines: which of them keep failing. Without it all are taken for healthy. */
  readonly hosts?: HostHealth;
}

/** Remembers which machines of a pool keep failing, so that others are chosen. */
export interface HostHealth {
  /** False while the machine is taken out; true may be the one attempt to come back, which has to be told of. */
  admits(host: string): boolean;
  succeeded(host: string): void;
  failed(host: string, message: string): void;
  /** Resolves when a machine that is taken out may be tried again. Throws the signal's reason when it aborts first. */
  change(host: string, signal: AbortSignal): Promise<void>;
}

/** What an environment takes of the machine assay runs on. */
export interface HostCost {
  /** MiB. */
  readonly memoryMb: number;
  /** Processors; a part of one for a machine that uses it now and then. */
  readonly cpus: number;
}

/** What a run that was cut off may have left. */
export interface LeftBehind {
  /** Of the run that goes on now; environments were made with log folders below it. */
  readonly runFolder: string;
  /** Names of the environments that were there when it was cut off. */
  readonly environments: readonly string[];
  readonly signal: AbortSignal;
}

export interface PrepareContext extends Omit<DeployContext, "environmentName"> {
  /** Of the environment that will be needed first. Without it: one node of the usual size. */
  readonly firstRequirement?: EnvironmentRequirement;
}

export interface Platform extends AsyncDisposable {
  readonly type: string;
  /** True when a fresh environment costs about a second, so that every case gets its own. */
  readonly isPristineCheap: boolean;
  /** How many environments may be alive at once on this platform here. */
  readonly maxEnvironments: number;
  /** Why this platform cannot serve `requirement`, as a sentence for the skip reason; undefined when it can. */
  refuse(requirement: EnvironmentRequirement): string | undefined;
  /** What an environment for `requirement` takes of this host while it lives. Without it: nothing worth counting. */
  hostCost?(requirement: EnvironmentRequirement): HostCost;
  /**
   * Removes machines of runs whose process is gone, called before a run that was cut off goes on; gives their names. For
   * platforms whose machines outlive the process that made them. Never touches what belongs to a run that goes on.
   */
  removeLeftBehind?(left: LeftBehind): Promise<readonly string[]>;
  /** What has to be done once before the first deployment (image checked, template booted). Throws AssayError. */
  prepare(context: PrepareContext): Promise<void>;
  /** Throws ResourceBusy for what will be free again; it is then asked again. */
  deploy(requirement: EnvironmentRequirement, context: DeployContext): Promise<Environment>;
  /**
   * Gives what cases run on in place of a connected environment, such as guests on its nodes; deleting that deletes the
   * environment too. When it throws, the environment stays as it is. Without it cases run on the environment itself.
   */
  inhabit?(environment: Environment, context: DeployContext): Promise<Environment>;
}
