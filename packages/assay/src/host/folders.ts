import { homedir } from "node:os";
import { join } from "node:path";

const fromEnvironment = (variable: string): string | undefined => {
  const value = process.env[variable];
  return value === undefined || value === "" ? undefined : value;
};

/**
 * Root of everything assay keeps between runs (images, templates, probe answers):
 * `$ASSAY_CACHE`, else `$XDG_CACHE_HOME/assay`, else `~/.cache/assay` (XDG Base Directory Specification).
 */
export function cacheFolder(): string {
  return (
    fromEnvironment("ASSAY_CACHE") ?? join(fromEnvironment("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "assay")
  );
}
