import { type Dirent, existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ExtensionReference } from "../runbook/extension.ts";
import { nearest } from "../runbook/nearest.ts";
import { packageSpecifier } from "./resolve-hook.ts";

/** What an entry of `extension:` leads to. */
export type FoundModules =
  | {
      readonly kind: "modules";
      /** What to import, in the order of their paths. */
      readonly modules: readonly string[];
      /** Folder below which other extensions may import its files; undefined for a package. */
      readonly root: string | undefined;
    }
  | { readonly kind: "problem"; readonly message: string; readonly help: string };

/** `.d.ts` files hold no code. */
const MODULE = /(?<!\.d)\.(?:ts|js|mts|mjs)$/;
const TEST = /\.(?:test|spec)\.[mc]?[jt]s$/;
const PACKAGE = /^(?:@[\w.-]+\/)?[\w-][\w.-]*$/;
const PYTHON_HELP =
  "Write its cases as an assay suite ('assay init suite NAME' makes the first one), or remove the line.";

/** The modules of an extension: those of a folder (but for tests), one file, or the entry of a package. */
export async function findModules({ source, path, folder }: ExtensionReference): Promise<FoundModules> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return isPackage(source, folder) ? ofPackage(source, folder) : await missing(source, path);
  if (!found.isDirectory()) {
    if (path.endsWith(".py")) return python(source);
    if (MODULE.test(path)) return { kind: "modules", modules: [pathToFileURL(path).href], root: dirname(path) };
    return {
      kind: "problem",
      message: `The extension '${source}' is no .ts or .js file.`,
      help: "Name a folder, a .ts or .js file, or a package.",
    };
  }
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && !isBelowSkipped(entry, path));
  const modules = files.filter(({ name }) => MODULE.test(name) && !TEST.test(name)).map(pathOf);
  if (modules.length === 0 && files.some(({ name }) => name.endsWith(".py"))) return python(source);
  if (modules.length === 0) {
    const message = `The extension '${source}' holds no .ts or .js file.`;
    return { kind: "problem", message, help: `Searched in '${path}'.` };
  }
  return { kind: "modules", modules: modules.sort().map((file) => pathToFileURL(file).href), root: path };
}

const pathOf = (entry: Dirent): string => join(entry.parentPath, entry.name);

/** Tests, installed packages and hidden folders are no part of an extension. */
function isBelowSkipped(entry: Dirent, root: string): boolean {
  const folders = entry.parentPath.slice(root.length).split(/[/\\]/);
  return folders.some((name) => name === "tests" || name === "node_modules" || name.startsWith("."));
}

function isPackage(source: string, folder: string): boolean {
  if (!PACKAGE.test(source)) return false;
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(join(current, "node_modules", source, "package.json"))) return true;
    if (dirname(current) === current) return false;
  }
}

const ofPackage = (source: string, folder: string): FoundModules => ({
  kind: "modules",
  modules: [packageSpecifier(source, folder)],
  root: undefined,
});

const python = (source: string): FoundModules => ({
  kind: "problem",
  message: `The extension '${source}' is Python, and assay runs suites written in TypeScript or JavaScript.`,
  help: PYTHON_HELP,
});

async function missing(source: string, path: string): Promise<FoundModules> {
  const names = await readdir(dirname(path)).catch(() => []);
  const near = nearest(basename(path), names);
  const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
  const asPackage = PACKAGE.test(source) ? " No package of this name is installed there either." : "";
  return {
    kind: "problem",
    message: `The extension '${source}' does not exist.`,
    help: `Searched for '${path}'.${asPackage}${hint}`,
  };
}
