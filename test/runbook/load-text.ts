import { type LoadOptions, loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import type { Diagnostic, LoadedRunbook, Runbook } from "../../packages/assay/src/runbook/types.ts";

/** Loads a runbook from text; `files` are the other files there are, by absolute path. */
export async function loadText(
  text: string,
  options: Omit<LoadOptions, "readText"> & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<LoadedRunbook> {
  const { files = {}, ...rest } = options;
  const all: Readonly<Record<string, string>> = { "/r/main.yml": text, ...files };
  return await loadRunbook("/r/main.yml", {
    ...rest,
    async readText(path) {
      const found = Object.hasOwn(all, path) ? all[path] : undefined;
      if (found === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: "ENOENT" });
      return found;
    },
  });
}

/** The runbook; fails with all problems when there is none. */
export async function loadGood(text: string, options: Parameters<typeof loadText>[1] = {}): Promise<Runbook> {
  const { runbook, diagnostics } = await loadText(text, options);
  if (runbook === undefined) throw new Error(diagnostics.map(short).join("\n"));
  return runbook;
}

/** `3:7 S01 message`, with `warning` in front of warnings. */
export function short({ severity, code, message, position }: Diagnostic): string {
  const place = position === undefined ? "-" : `${position.line}:${position.column}`;
  return `${severity === "warning" ? "warning " : ""}${place} ${code} ${message}`;
}
