import { randomUUID } from "node:crypto";
import { CommandFailed } from "../errors/catalogue.ts";
import { Tool } from "./tool.ts";

export interface CatOptions {
  readonly sudo?: boolean;
}

/**
 * Text files of the guest, those of /proc and /sys included, whose size is not known before they are read.
 * Binary files are read with `node.shell.read`.
 */
export class Cat extends Tool {
  /** The file as it is; throws CommandFailed when it cannot be read. */
  async read(path: string, options: CatOptions = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await this.attempt(["cat", "--", path], options);
    if (exitCode !== 0) {
      throw new CommandFailed(`File '${path}' on node '${this.node.name}' cannot be read: ${stderr.trim()}`, exitCode);
    }
    return stdout;
  }

  /** The file without blanks at its ends: the value of a file of /proc or /sys. */
  async value(path: string, options: CatOptions = {}): Promise<string> {
    return (await this.read(path, options)).trim();
  }

  /** The file, or undefined when it does not exist. */
  async readIfExists(path: string, options: CatOptions = {}): Promise<string | undefined> {
    return (await this.readExisting([path], options)).get(path);
  }

  /** Those of `paths` that exist, each with its text, in one round trip. Folders count as not existing. */
  async readExisting(paths: readonly string[], options: CatOptions = {}): Promise<ReadonlyMap<string, string>> {
    if (paths.length === 0) return new Map();
    return splitFiles(await this.#readMarked('"$@"', paths, options));
  }

  /** The files whose name matches, such as `*.conf` in `/etc/chrony/conf.d`, each with its text, in order of name. */
  async readMatching(pattern: FilePattern, options: CatOptions = {}): Promise<ReadonlyMap<string, string>> {
    return splitFiles(await this.#readMarked(patternWord(pattern), [], options));
  }

  async #readMarked(words: string, paths: readonly string[], options: CatOptions): Promise<MarkedFiles> {
    const marker = randomUUID();
    const script = `m=$1; shift; for f in ${words}; do
      if [ -f "$f" ]; then printf '%s %s\\n' "$m" "$f"; cat -- "$f" || exit; printf '\\n'; fi
    done`;
    const completed = await this.attempt(["sh", "-c", script, "cat", marker, ...paths], options);
    if (completed.exitCode !== 0) {
      const problem = completed.stderr.trim();
      throw new CommandFailed(`Files on node '${this.node.name}' cannot be read: ${problem}`, completed.exitCode);
    }
    return { marker, output: completed.stdout };
  }
}

/** Folder and the pattern of names in it. */
export interface FilePattern {
  readonly folder: string;
  /** Letters, digits, `.`, `_`, `-` and the wildcards `*` and `?`. */
  readonly name: string;
}

/** Several files in one text, each after a line of the marker and its path and followed by one newline. */
export interface MarkedFiles {
  readonly marker: string;
  readonly output: string;
}

/** Takes the files apart again. */
export function splitFiles({ marker, output }: MarkedFiles): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const part of output.split(`${marker} `).slice(1)) {
    const end = part.indexOf("\n");
    files.set(part.slice(0, end), part.slice(end + 1, -1));
  }
  return files;
}

/** The pattern as one word of shell text: the folder quoted, the wildcards not. */
function patternWord({ folder, name }: FilePattern): string {
  if (!/^[\w.*?-]+$/.test(name)) throw new TypeError(`'${name}' is no pattern of a file name.`);
  return `'${folder.replaceAll("'", "'\\''")}'/${name}`;
}
