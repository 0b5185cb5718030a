import { UsageError } from "../errors/catalogue.ts";
import { makeMask } from "../events/mask.ts";
import { Extensions } from "../extension/load-extension.ts";
import { formatDiagnostic } from "../runbook/diagnostics.ts";
import { type LoadOptions, loadRunbook } from "../runbook/load.ts";
import type { Diagnostic, Runbook } from "../runbook/types.ts";

/** A runbook without errors, and what judges the problems that later steps find in it. */
export interface CheckedRunbook {
  readonly runbook: Runbook;
  /** The built-in catalogue and what the runbook's extensions add. */
  readonly extensions: Extensions;
  /** Says the warnings; throws one UsageError with all errors when there are any. */
  readonly judge: (diagnostics: readonly Diagnostic[]) => void;
}

/**
 * Loads a runbook and says every warning; throws one UsageError that shows every problem when there is an error, or when
 * the runbook is to be run and asks for what this version cannot carry out.
 */
export async function loadChecked(
  file: string,
  options: Pick<LoadOptions, "variables" | "platform"> & { readonly purpose: "run" | "look" },
  say: (text: string) => void,
): Promise<CheckedRunbook> {
  const extensions = new Extensions((await import("@assay/suites")).suites);
  const { runbook, diagnostics, sources, secrets } = await loadRunbook(file, {
    ...options,
    environment: process.env,
    loadExtensions: extensions.load,
  });
  const mask = makeMask(secrets);
  const show = (diagnostic: Diagnostic): string =>
    mask(formatDiagnostic(diagnostic, sources.get(diagnostic.position?.file ?? ""), { color: false }));
  const judge = (found: readonly Diagnostic[]): void => {
    const errors = found.filter(
      ({ severity, blocksRun }) => severity === "error" || (options.purpose === "run" && blocksRun === true),
    );
    for (const warning of found.filter((each) => each.severity === "warning" && !errors.includes(each))) {
      say(show(warning));
    }
    if (errors.length > 0) {
      const count = errors.length === 1 ? "an error" : `${errors.length} errors`;
      throw new UsageError(`The runbook '${file}' has ${count}.\n${errors.map(show).join("\n")}`);
    }
  };
  judge(diagnostics);
  if (runbook === undefined) {
    throw new UsageError(`The runbook '${file}' cannot be used.`);
  }
  return { runbook, extensions, judge };
}
