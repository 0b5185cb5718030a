import type { Node } from "../node/node.ts";
import type { NodeSpace } from "../runbook/requirement.ts";

/** What a set of cases needs of one environment. */
export interface EnvironmentRequirement {
  readonly nodeCount: number;
  readonly cores: number;
  readonly memoryMb: number;
  readonly features: readonly string[];
  /** True when the case tests booting itself, so that a fork of a booted machine would not do. */
  readonly coldBoot: boolean;
  /** The same node by node with all ranges and settings, for platforms that choose among given machines. */
  readonly nodes?: readonly NodeSpace[];
}

/** Machines that belong together for the time of one or more cases. */
export interface Environment extends AsyncDisposable {
  /** Unique in the run, such as `qemu-3`. */
  readonly name: string;
  readonly nodes: readonly [Node, ...Node[]];
  /** Platform facts for reports: image, firmware, acceleration, how long it took to get here. */
  readonly facts: Readonly<Record<string, string>>;
  /** Rejects with NodeUnreachable or PlatformError as soon as a machine dies on its own; never resolves while it lives. */
  readonly died: Promise<never>;
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
}

export interface Platform extends AsyncDisposable {
  readonly type: string;
  /** True when a fresh environment costs about a second, so that every case gets its own. */
  readonly isPristineCheap: boolean;
  /** How many environments may be alive at once on this platform here. */
  readonly maxEnvironments: number;
  /** Why this platform cannot serve `requirement`, as a sentence for the skip reason; undefined when it can. */
  refuse(requirement: EnvironmentRequirement): string | undefined;
  /** What has to be done once before the first deployment (image checked, template booted). Throws AssayError. */
  prepare(context: Omit<DeployContext, "environmentName">): Promise<void>;
  deploy(requirement: EnvironmentRequirement, context: DeployContext): Promise<Environment>;
}
