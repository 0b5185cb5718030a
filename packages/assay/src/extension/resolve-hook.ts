import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rootFor } from "./extension-roots.ts";

/** A module of assay's own package, from which Node finds what the package exports. */
const OWN = import.meta.url;
const PACKAGE_SCHEME = "assay-package:";

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
      const root = slash === -1 ? undefined : rootFor(specifier.slice(0, slash), context.parentURL);
      if (root === undefined) return next(specifier, context);
      return next(pathToFileURL(join(root, specifier.slice(slash + 1))).href, context);
    },
  });
}

/** What to import for the package `name` as a file in `folder` would. */
export function packageSpecifier(name: string, folder: string): string {
  return `${PACKAGE_SCHEME}${encodeURIComponent(JSON.stringify({ name, folder }))}`;
}
