import { randomUUID } from "node:crypto";
import { quote, sh } from "../node/shell/command.ts";
import type { ShellText } from "../node/shell/types.ts";
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
    // One more newline, because `text` drops the last one.
    return await this.node.text(sh`cat -- ${path} && echo`, options);
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
    return await this.#readEach(sh`${paths}`, options);
  }

  /** The files whose name matches, such as `*.conf` in `/etc/chrony/conf.d`, each with its text, in order of name. */
  async readMatching(pattern: FilePattern, options: CatOptions = {}): Promise<ReadonlyMap<string, string>> {
    return await this.#readEach(patternWord(pattern), options);
  }

  async #readEach(words: ShellText, options: CatOptions): Promise<ReadonlyMap<string, string>> {
    const marker = randomUUID();
    const script = sh`for f in ${words}; do
      if [ -f "$f" ]; then printf '%s %s\n' ${marker} "$f"; cat -- "$f" || exit; echo; fi
    done; echo`;
    return splitFiles({ marker, output: await this.node.text(script, options) });
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
function patternWord({ folder, name }: FilePattern): ShellText {
  if (!/^[\w.*?-]+$/.test(name)) throw new TypeError(`'${name}' is no pattern of a file name.`);
  return { kind: "shell-text", text: `${quote(folder)}/${name}` };
}
