import { existsSync } from "node:fs";
import { glob, readdir, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { UsageError } from "../errors/catalogue.ts";

/** A path of a runbook on this machine: beside the runbook, or else in the folder assay was started in. */
export function localPath(path: string, runbookFolder: string): string {
  const beside = resolve(runbookFolder, path);
  return existsSync(beside) ? beside : resolve(path);
}

/**
 * The files that `names` stand for in a folder of this machine, relative to it, with `/`: names and patterns of files
 * and folders; a folder stands for all in it. Throws UsageError for a name that nothing has.
 */
export async function filesNamed(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const name of names) {
    const paths = await pathsMatching(name, folder);
    if (paths.length === 0 && name !== "*") {
      throw new UsageError(`There is no file '${name}' in '${folder}'.`, { help: "Check 'source' and 'files'." });
    }
    for (const path of paths)
      for (const file of await filesUnder(join(folder, path))) found.add(relative(folder, file));
  }
  return [...found].map((path) => path.split(sep).join("/"));
}

/** Files and folders that match a pattern, relative to `folder`, sorted. */
export async function pathsMatching(pattern: string, folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern, { cwd: folder })) paths.push(path);
  return paths.sort();
}

async function filesUnder(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
