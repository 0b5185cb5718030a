import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds assay's packages: its own suites are named from there, wherever they lie. */
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

/** Relative modules and data files, imported or named by `new URL(…, import.meta.url)`. */
const LOCAL_IMPORT = /(?:\bfrom|\bimport|\bURL)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;
const CODE = /\.[cm]?[jt]s$/;

/** The file of a suite as recordings name it. */
export function portablePath(file: string): string {
  const fromRoot = relative(ROOT, file);
  return fromRoot.startsWith("..") || isAbsolute(fromRoot) ? file : fromRoot.split(sep).join("/");
}

/** The file on this machine that `portablePath` made a name of. */
export const localPath = (portable: string): string => resolve(ROOT, portable);

/**
 * Digest of a suite's file and of everything it imports by a relative path, directly or not, each with its path from
 * the suite's folder. Undefined when the suite's file cannot be read. What packages hold, assay's own tools among them,
 * is not part of it.
 */
export async function codeDigest(file: string): Promise<string | undefined> {
  const contents = new Map<string, Buffer>();
  const queue = [file];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (contents.has(path)) continue;
    // The search looks at text, comments too, so it may name files that are not there.
    const content = await readFile(path).catch(() => undefined);
    if (content === undefined) continue;
    contents.set(path, content);
    if (!CODE.test(path)) continue;
    for (const [, specifier = ""] of content.toString("utf8").matchAll(LOCAL_IMPORT)) {
      queue.push(join(dirname(path), specifier));
    }
  }
  if (!contents.has(file)) return undefined;
  const hash = createHash("sha256");
  for (const path of [...contents.keys()].sort()) {
    const content = contents.get(path) ?? Buffer.alloc(0);
    hash.update(`${relative(dirname(file), path).split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
