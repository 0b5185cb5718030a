import { sep } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * For the folder of each extension of this process, the folders of those it was loaded together with, by name. Runbooks
 * that call different extensions by one name do not meet; a module that several of them load is loaded once, so what it
 * was loaded with first stays.
 */
const neighbours = new Map<string, Map<string, string>>();

/** The extensions of one runbook, which import files of one another as `name/file.ts`. */
export class ExtensionRoots {
  readonly #roots = new Map<string, string>();

  add(name: string, folder: string): void {
    this.#roots.set(name, folder);
    for (const each of this.#roots.values()) {
      const names = neighbours.get(each) ?? new Map<string, string>();
      neighbours.set(each, names);
      for (const [otherName, root] of this.#roots) if (!names.has(otherName)) names.set(otherName, root);
    }
  }
}

/** The folder that the module at `parent` means by `name`; undefined when it means no extension. */
export function rootFor(name: string, parent: string | undefined): string | undefined {
  const path = parent?.startsWith("file:") === true ? fileURLToPath(parent) : "";
  const own = [...neighbours.keys()].filter((folder) => path.startsWith(`${folder}${sep}`));
  const [nearest] = own.sort((left, right) => right.length - left.length);
  if (nearest !== undefined) return neighbours.get(nearest)?.get(name);
  // A module outside of all extensions, which one of them imports: only a name that means one folder is clear.
  const folders = new Set([...neighbours.values()].flatMap((names) => names.get(name) ?? []));
  return folders.size === 1 ? [...folders][0] : undefined;
}
