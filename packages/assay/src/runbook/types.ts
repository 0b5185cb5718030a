import type { CsvTable } from "./combinators/csv.ts";
import type { DevSettings, EnvironmentSection } from "./environment-types.ts";
import type { NodeSpace } from "./requirement.ts";
import type { PlainValue } from "./value.ts";

/** Where a value stands: 1-based line and column in `file`. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  /** Code of the error catalogue, such as `S01` (unknown key) or `V01` (undefined variable). */
  readonly code: string;
  readonly message: string;
  readonly position: Position | undefined;
  readonly help?: string;
  /** Through which includes and variables the value came, nearest first. */
  readonly trail?: readonly string[];
  /** The runbook is right, but asks for what this version cannot carry out: it can be planned and not run. */
  readonly blocksRun?: boolean;
  /** Its line holds a part of a secret, so no excerpt may show it. */
  readonly isSecret?: boolean;
}

/** One `testcase:` entry. */
export interface CaseFilter {
  readonly position: Position | undefined;
  /** Where each pattern of `criteria` stands, in the order of its list. */
  readonly criteriaPositions?: { readonly [Key in keyof CaseCriteria]?: readonly Position[] };
  /** Through which variables and includes the entry came, nearest first. */
  readonly trail?: readonly string[];
  /** The same of each pattern of `criteria`. */
  readonly criteriaTrails?: { readonly [Key in keyof CaseCriteria]?: readonly (readonly string[])[] };
  readonly enabled: boolean;
  readonly name: string;
  readonly criteria: CaseCriteria;
  readonly selectAction: "none" | "include" | "exclude" | "forceInclude" | "forceExclude";
  readonly times: number;
  readonly retry: number;
  /** Milliseconds; can only raise a case's own limit. 0 leaves it. */
  readonly timeoutMs: number;
  readonly useNewEnvironment: boolean;
  readonly ignoreFailure: boolean;
  /** Some of its values are not known before the run; what depends on them is left out here. */
  readonly isPending?: boolean;
}

/** All given criteria must match; each list means any of. Name, area and category are full-match regular expressions, case-insensitive. */
export interface CaseCriteria {
  readonly name?: readonly string[];
  readonly area?: readonly string[];
  readonly category?: readonly string[];
  readonly priority?: readonly number[];
  readonly tags?: readonly string[];
  readonly maturity?: readonly string[];
}

/** The machine assay runs on, as one node of an environment. */
export interface LocalMachineSettings {
  readonly name: string;
  readonly isLocal: true;
}

/** A machine that is there before the run. */
export type ReadyNodeSettings = RemoteNodeSettings | LocalMachineSettings;

/** A machine that is reached over SSH. */
export interface RemoteNodeSettings {
  readonly isLocal?: false;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | undefined;
  readonly privateKeyFile: string | undefined;
}

/** What is looked at or kept of each machine besides the cases. */
export interface CaptureSettings {
  readonly azureInformation: boolean;
  readonly bootTime: boolean;
  readonly kernelConfig: boolean;
  readonly vmInformation: boolean;
  /** An error of the kernel after a case that passed makes it fail. */
  readonly assertKernelErrors: boolean;
}

/** A guest of a node, in which cases run instead of on it; `settings` are the keys of its kind. */
export interface GuestSettings {
  readonly position: Position;
  readonly type: string;
  readonly name: string;
  readonly capability?: NodeSpace;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** `platform:` with what every platform has in common and the section named after its type, each key checked. */
export interface PlatformSettings {
  readonly type: string;
  readonly position: Position | undefined;
  readonly adminUsername: string | undefined;
  readonly adminPassword: string | undefined;
  readonly adminPrivateKeyFile: string | undefined;
  readonly keepEnvironment: "no" | "always" | "failed";
  readonly section: Readonly<Record<string, unknown>>;
  /** What every machine made for a case must have. */
  readonly requirement?: NodeSpace;
  /** Names of features, in small letters, that are taken off every case. */
  readonly ignoredCapability?: readonly string[];
  readonly capture?: CaptureSettings;
  /** Guests in which the cases run; absent when they run on the nodes. */
  readonly guests?: readonly GuestSettings[];
}

/** When a transformer runs, in this order. */
export const TRANSFORMER_PHASES = ["init", "expanded", "environment_connected", "expanded_cleanup", "cleanup"] as const;
export type TransformerPhase = (typeof TRANSFORMER_PHASES)[number];

/** One `transformer:` entry. */
export interface TransformerSettings {
  readonly position: Position | undefined;
  readonly type: string;
  /** Unique: a second entry of the same name is `name#2`. */
  readonly name: string;
  /** The name without that number. */
  readonly givenName: string;
  /** Output variables are called `<prefix>_<output>`. */
  readonly prefix: string;
  /** Names of entries as the runbook gives them. */
  readonly dependsOn: readonly string[];
  /** Where each of them stands. */
  readonly dependencyPositions: readonly Position[];
  /** By name of the output with its prefix. */
  readonly rename: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly phase: TransformerPhase;
  /** The keys of its own kind, checked, in the language's spelling. */
  readonly inputs: Readonly<Record<string, PlainValue>>;
}

/** `combinator:`. */
export interface CombinatorSettings {
  readonly position: Position | undefined;
  readonly type: string;
  readonly settings: Readonly<Record<string, PlainValue>>;
  /** A value in it is an output of a transformer that has not run, so its combinations are not known yet. */
  readonly isPending?: boolean;
  /** The rows of the file that the type `csv` names. */
  readonly table?: CsvTable;
}

/** A value that a combinator or a transformer gives a variable; it stands above every other source. */
export interface AssignedVariable {
  readonly name: string;
  readonly value: PlainValue;
  /** Such as `combinator 'grid'` or `transformer 'build'`, for messages. */
  readonly origin: string;
  readonly isSecret?: boolean;
}

/** A runbook after load, variables and validation. */
export interface Runbook {
  readonly file: string;
  readonly name: string;
  /** Grouping texts for reports; empty when the runbook gives none. */
  readonly testProject?: string;
  readonly testPass?: string;
  readonly tags?: readonly string[];
  readonly platform: PlatformSettings;
  readonly filters: readonly CaseFilter[];
  /** Machines of `environment.environments[].nodes` that are there, the default one first; a list per environment. */
  readonly readyNodes: readonly (readonly ReadyNodeSettings[])[];
  readonly environment?: EnvironmentSection;
  readonly dev?: DevSettings;
  readonly concurrency: number | undefined;
  /** After one failure the cases of the same combination that wait are SKIPPED. */
  readonly exitOnFirstFailure?: boolean;
  /** False: failed cases do not change the exit code. */
  readonly exitWithFailedCount?: boolean;
  /** How long to wait for resources that are in use elsewhere. */
  readonly waitResourceTimeoutMs?: number;
  readonly transformers?: readonly TransformerSettings[];
  readonly combinator?: CombinatorSettings;
  /** Variables whose `is_case_visible` is true. */
  readonly caseVariables: Readonly<Record<string, unknown>>;
  /** Values of secret variables; masked wherever text leaves. */
  readonly secrets: readonly string[];
  /** What to show in place of a secret whose variable asks for a mask of its own; others are `******`. */
  readonly secretMasks?: ReadonlyMap<string, string>;
  readonly notifiers: readonly { readonly type: string; readonly settings: Readonly<Record<string, unknown>> }[];
}

export interface LoadedRunbook {
  readonly runbook: Runbook | undefined;
  /** The right ones of `testcase`, also of a runbook that is wrong elsewhere. */
  readonly filters: readonly CaseFilter[];
  /** All problems of the runbook, in file order. `runbook` is undefined when one is an error. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of every file that was read, by the name its positions carry; for excerpts in messages. */
  readonly sources: ReadonlyMap<string, string>;
  /** Secret values seen so far, also when the runbook could not be loaded; mask them in excerpts. */
  readonly secrets: readonly string[];
}
