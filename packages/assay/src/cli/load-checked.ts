import { readFile } from "node:fs/promises";
import { UsageError } from "../errors/catalogue.ts";
import { formatDiagnostic } from "../runbook/diagnostics.ts";
import { loadRunbook } from "../runbook/load.ts";
import type { Diagnostic, Runbook } from "../runbook/types.ts";

/** Loads a runbook and says every warning; throws one UsageError that shows every problem when there is an error. */
export async function loadChecked(
  file: string,
  variables: readonly string[],
  say: (text: string) => void,
): Promise<Runbook> {
  const { runbook, diagnostics } = await loadRunbook(file, { variables, environment: process.env });
  await throwOnErrors(diagnostics, say);
  if (runbook === undefined) {
    throw new UsageError(`The runbook '${file}' cannot be used.`);
  }
  return runbook;
}

/** Says the warnings; throws one UsageError with all errors when there are any. */
export async function throwOnErrors(diagnostics: readonly Diagnostic[], say: (text: string) => void): Promise<void> {
  const shown = await Promise.all(
    diagnostics.map(async (diagnostic) => ({
      isError: diagnostic.severity === "error",
      text: formatDiagnostic(diagnostic, await sourceOf(diagnostic), { color: false }),
    })),
  );
  for (const { isError, text } of shown) {
    if (!isError) {
      say(text);
    }
  }
  const errors = shown.filter(({ isError }) => isError).map(({ text }) => text);
  if (errors.length > 0) {
    throw new UsageError(
      `The runbook has ${errors.length === 1 ? "an error" : `${errors.length} errors`}.\n${errors.join("\n")}`,
    );
  }
}

async function sourceOf(diagnostic: Diagnostic): Promise<string | undefined> {
  if (diagnostic.position === undefined) {
    return undefined;
  }
  return await readFile(diagnostic.position.file, "utf8").catch(() => undefined);
}
