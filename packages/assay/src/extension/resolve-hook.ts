import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A module of assay's own package, from which Node finds what the package exports. */
const OWN = import.meta.url;
const PACKAGE_SCHEME = "assay-package:";

/** Folders of extensions by the name under which they import one another. */
const roots = new Map<string, string>();
let isRegistered = false;

/**
 * Lets every module of this process import `assay`, `assay/suite` and so on wherever it lies, and always gives it the
 * assay that runs: with a second copy, the outcomes a case throws would be of classes nobody here knows.
 */
export function registerResolveHook(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (/^assay(?:\/|$)/.test(specifier)) return next(specifier, { ...context, parentURL: OWN });
      if (specifier.startsWith(PACKAGE_SCHEME)) {
        const { name, folder } = JSON.parse(decodeURIComponent(specifier.slice(PACKAGE_SCHEME.length)));
        return next(name, { ...context, parentURL: pathToFileURL(join(folder, "runbook.yml")).href });
      }
      const slash = specifier.indexOf("/");
      const root = slash === -1 ? undefined : roots.get(specifier.slice(0, slash));
      if (root === undefined) return next(specifier, context);
      return next(pathToFileURL(join(root, specifier.slice(slash + 1))).href, context);
    },
  });
}

/** Lets modules import files below `folder` as `name/file.ts`. */
export function nameExtension(name: string, folder: string): void {
  roots.set(name, folder);
}

/** What to import for the package `name` as a file in `folder` would. */
export function packageSpecifier(name: string, folder: string): string {
  return `${PACKAGE_SCHEME}${encodeURIComponent(JSON.stringify({ name, folder }))}`;
}
