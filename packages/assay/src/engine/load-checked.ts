import { UsageError } from "../errors/catalogue.ts";
import { makeMask } from "../events/mask.ts";
import { Extensions } from "../extension/load-extension.ts";
import type { LoadStage, Stage } from "../run/stage.ts";
import { formatDiagnostic } from "../runbook/diagnostics.ts";
import { type LoadOptions, openRunbook } from "../runbook/load.ts";
import type { Diagnostic, LoadedRunbook, Runbook } from "../runbook/types.ts";
import { toPlain } from "../runbook/value.ts";
import { VariableTrace } from "../runbook/variables/trace.ts";

/** A runbook without errors, and what judges the problems that later steps find in it. */
export interface CheckedRunbook {
  readonly runbook: Runbook;
  /** The runbook with its variables, before anything has run. */
  readonly first: Stage;
  /** Reads it again, with values that combinators and transformers gave. */
  readonly load: LoadStage;
  /** The built-in catalogue and what the runbook's extensions add. */
  readonly extensions: Extensions;
  /** Says the warnings, each once; throws one UsageError with all errors when there are any. */
  readonly judge: (diagnostics: readonly Diagnostic[]) => void;
  /** Text of every file read so far, by name. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Loads a runbook and says every warning; throws one UsageError that shows every problem when there is an error, or when
 * the runbook is to be run and asks for what this version cannot carry out.
 */
export async function loadChecked(
  file: string,
  options: Pick<LoadOptions, "variables" | "platform" | "environment"> & { readonly purpose: "run" | "look" },
  say: (text: string) => void,
): Promise<CheckedRunbook> {
  const extensions = new Extensions((await import("@assay/suites")).suites);
  const trace = new VariableTrace();
  const loader = await openRunbook(file, {
    environment: process.env,
    ...options,
    loadExtensions: extensions.load,
    trace,
  });
  const said = new Set<string>();
  let latest: Pick<LoadedRunbook, "sources" | "secrets"> = { sources: new Map(), secrets: [] };
  const show = (diagnostic: Diagnostic): string => {
    const source = latest.sources.get(diagnostic.position?.file ?? "");
    return makeMask(latest.secrets)(formatDiagnostic(diagnostic, source, { color: false }));
  };
  const judge = (found: readonly Diagnostic[]): void => {
    const errors = found.filter(
      ({ severity, blocksRun }) => severity === "error" || (options.purpose === "run" && blocksRun === true),
    );
    const warnings = found.filter((each) => each.severity === "warning" && !errors.includes(each)).map(show);
    for (const warning of warnings.filter((text) => !said.has(text))) {
      said.add(warning);
      say(warning);
    }
    if (errors.length > 0) {
      const count = errors.length === 1 ? "an error" : `${errors.length} errors`;
      throw new UsageError(`The runbook '${file}' has ${count}.\n${errors.map(show).join("\n")}`);
    }
  };
  const loadOnce: LoadStage = async (assigned) => {
    const loaded = await loader.load(assigned);
    latest = loaded;
    judge(loaded.diagnostics);
    if (loaded.runbook === undefined) throw new UsageError(`The runbook '${file}' cannot be used.`);
    return { runbook: loaded.runbook, variables: visibleVariables(trace) };
  };
  // Loads must not overlap, and workers of a run ask when they like.
  let queue: Promise<unknown> = Promise.resolve();
  const load: LoadStage = (assigned) => {
    const loading = queue.then(() => loadOnce(assigned));
    queue = loading.catch(() => undefined);
    return loading;
  };
  const first = await load([]);
  return { runbook: first.runbook, first, load, extensions, judge, sources: latest.sources };
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
