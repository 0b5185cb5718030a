import { makeMask } from "../events/mask.ts";
import type { ExtensionPart } from "../extension/define.ts";
import { Extensions } from "../extension/load-extension.ts";
import type { Stage } from "../run/stage.ts";
import { formatDiagnostic } from "../runbook/diagnostics.ts";
import { openRunbook } from "../runbook/load.ts";
import type { RunbookLoader } from "../runbook/loader.ts";
import type { AssignedVariable, Diagnostic, LoadedRunbook, Runbook } from "../runbook/types.ts";
import { type PlainValue, toPlain } from "../runbook/value.ts";
import { VariableTrace } from "../runbook/variables/trace.ts";
import type { Suite } from "../suite/suite.ts";
import { variableArguments } from "./variable-arguments.ts";

/** What a runbook is loaded with, besides what it says itself. */
export interface LoadRunbookOptions {
  /** Values of variables by name, or as the command line takes them: `name:value`, and `s:name:value` for a secret. */
  readonly variables?: Readonly<Record<string, PlainValue>> | readonly string[];
  /** Values of variables that are masked wherever text leaves assay. They are never written down. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Where variables such as `LISA_name` come from. Default: none; the command line gives `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Type of platform in place of the runbook's, such as `local`. */
  readonly platform?: string;
  /** Unknown keys that LISA ignores are warnings instead of errors. */
  readonly isCompatible?: boolean;
  /** Suites besides the built-in ones and those of the runbook's extensions. */
  readonly suites?: readonly Suite[];
  /** Other parts, as the `define…` functions give them, besides those of the runbook's extensions. */
  readonly extensions?: readonly ExtensionPart[];
}

/** A runbook as it was read. It may be run several times, also at once. */
export interface RunbookFile {
  /** As it was given. */
  readonly path: string;
  /** Undefined when the runbook has errors. */
  readonly runbook: Runbook | undefined;
  /** All problems, in the order in which they stand in the files; secrets are masked. */
  readonly diagnostics: readonly Diagnostic[];
  /** True when none of them is an error. */
  readonly isGood: boolean;
  /** The built-in suites, those that were given, and those of the runbook's extensions. */
  readonly suites: readonly Suite[];
  /** Takes the secrets of the runbook out of a text. */
  readonly mask: (text: string) => string;
  /** A problem as a person reads it: place, message, the line it stands in, and what to do. Secrets are masked. */
  readonly describe: (diagnostic: Diagnostic, options?: { readonly color?: boolean }) => string;
}

/** What the engine itself needs of a runbook file. */
export class OpenRunbookFile implements RunbookFile {
  readonly path: string;
  readonly extensions: Extensions;
  /** About the load before; complete only between two loads. */
  readonly trace: VariableTrace;
  /** As it was loaded first. */
  readonly loaded: LoadedRunbook;
  /** Its variables as they were then. */
  readonly variables: Stage["variables"];
  /** The arguments it was opened with, for the record. */
  readonly given: GivenInputs;
  readonly #loader: RunbookLoader;
  /** Loads must not overlap, and several runs ask when they like. */
  #queue: Promise<unknown> = Promise.resolve();
  #secrets: readonly string[];

  static async open(path: string, options: LoadRunbookOptions = {}): Promise<OpenRunbookFile> {
    const { variables = {}, secrets = {}, environment = {}, platform, isCompatible } = options;
    const extensions = new Extensions((await import("@assay/suites")).suites, {
      suites: options.suites ?? [],
      others: options.extensions ?? [],
    });
    const trace = new VariableTrace();
    const given = { variables: variableArguments(variables, secrets), environment, platform, isCompatible };
    const loader = await openRunbook(path, {
      variables: given.variables,
      environment,
      loadExtensions: extensions.load,
      trace,
      ...(platform !== undefined && { platform }),
      ...(isCompatible !== undefined && { isCompatible }),
    });
    return new OpenRunbookFile(path, { extensions, trace, given, loader, loaded: await loader.load() });
  }

  private constructor(
    path: string,
    parts: Pick<OpenRunbookFile, "extensions" | "trace" | "given" | "loaded"> & { readonly loader: RunbookLoader },
  ) {
    this.path = path;
    this.extensions = parts.extensions;
    this.trace = parts.trace;
    this.given = parts.given;
    this.loaded = parts.loaded;
    this.#loader = parts.loader;
    this.#secrets = parts.loaded.secrets;
    this.variables = visibleVariables(parts.trace);
  }

  get runbook(): Runbook | undefined {
    return this.loaded.runbook;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.loaded.diagnostics.map(this.masked);
  }

  get isGood(): boolean {
    return !this.loaded.diagnostics.some(({ severity }) => severity === "error");
  }

  get suites(): readonly Suite[] {
    return this.extensions.suites;
  }

  readonly mask = (text: string): string => makeMask(this.#secrets, this.runbook?.secretMasks)(text);

  readonly describe = (diagnostic: Diagnostic, { color = false }: { readonly color?: boolean } = {}): string =>
    this.mask(formatDiagnostic(diagnostic, this.loaded.sources.get(diagnostic.position?.file ?? ""), { color }));

  /** The problem without secrets. */
  readonly masked = (diagnostic: Diagnostic): Diagnostic => {
    const { message, help, trail } = diagnostic;
    return {
      ...diagnostic,
      message: this.mask(message),
      ...(help !== undefined && { help: this.mask(help) }),
      ...(trail !== undefined && { trail: trail.map(this.mask) }),
    };
  };

  /** Reads it again, with values that combinators and transformers gave, and tells its variables as they are then. */
  load(assigned: readonly AssignedVariable[]): Promise<LoadedRunbook & Pick<Stage, "variables">> {
    const loading = this.#queue.then(async () => {
      const loaded = await this.#loader.load(assigned);
      this.#secrets = [...new Set([...this.#secrets, ...loaded.secrets])];
      return { ...loaded, variables: visibleVariables(this.trace) };
    });
    this.#queue = loading.catch(() => undefined);
    return loading;
  }
}

/** What a runbook is given from outside. */
export interface GivenInputs {
  /** As the command line takes them. */
  readonly variables: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string | undefined;
  readonly isCompatible: boolean | undefined;
}

/** What is behind a runbook file. Throws TypeError for an object that `loadRunbook` has not given. */
export function opened(file: RunbookFile): OpenRunbookFile {
  if (file instanceof OpenRunbookFile) return file;
  throw new TypeError("The first argument is no runbook that 'loadRunbook' of this copy of assay has given.");
}

/** What is known of the variables after a load; those that are still to be set are left out. */
function visibleVariables({ variables }: VariableTrace): Stage["variables"] {
  const visible = new Map<string, Stage["variables"] extends ReadonlyMap<string, infer V> ? V : never>();
  for (const name of variables?.names ?? []) {
    const value = variables?.lookup(name);
    if (variables === undefined || value === undefined || value.kind === "broken") continue;
    visible.set(name.toLowerCase(), {
      name,
      value: toPlain(value),
      isSecret: variables.isSecret(name),
      isCaseVisible: variables.isCaseVisible(name),
    });
  }
  return visible;
}
