import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeError } from "../errors/disk-full.ts";
import type { Completed } from "../node/shell/types.ts";
import { GatheredFile } from "./gathered-file.ts";

/** Kept of each output of a command in `commands.ndjson`; the rest is counted. */
const OUTPUT_KEPT = 64 * 1024;

/**
 * The folder of one result: `case.log`, `commands.ndjson`, `serial.log`, `artifacts/` and `diagnostics/`. It
 * and its files are made when there is something to write. What cannot be written comes out when it is disposed of
 * (HostExhausted for a full disk): the evidence is missing, whatever the case says.
 */
export class CaseFolder implements AsyncDisposable {
  /** Relative to the run folder, with `/`. */
  readonly relativePath: string;
  readonly #path: string;
  readonly #mask: (text: string) => string;
  readonly #log: GatheredFile;
  readonly #commands: GatheredFile;
  #isMade = false;
  #problem: { readonly error: unknown } | undefined;

  /** `logName` is the file of the log. */
  constructor(runFolder: string, relativePath: string, mask: (text: string) => string, logName = "case.log") {
    this.relativePath = relativePath;
    this.#path = join(runFolder, relativePath);
    this.#mask = mask;
    this.#log = this.#file(logName);
    this.#commands = this.#file("commands.ndjson");
  }

  /** Its path; it exists when this returns. Throws HostExhausted when the disk is full. */
  made(): string {
    if (this.#isMade) return this.#path;
    try {
      makeEmpty(this.#path);
    } catch (error) {
      throw this.#note(error);
    }
    this.#isMade = true;
    return this.#path;
  }

  log(level: string, text: string): void {
    this.#log.add(this.#mask(`${new Date().toISOString()} ${level.toUpperCase().padEnd(4)} ${text}\n`));
  }

  command(node: string, description: string, completed: Completed, startedAt: Date): void {
    const line = {
      startedAt: startedAt.toISOString(),
      node,
      command: description,
      outcome: completed.outcome,
      exitCode: completed.exitCode,
      stdout: capped(completed.stdout),
      stderr: capped(completed.stderr),
      durationMs: Math.round(completed.durationMs),
    };
    this.#commands.add(this.#mask(`${JSON.stringify(line)}\n`));
  }

  /** Gives the path of the written file, relative to the run folder. */
  artifact(name: string, data: string | Uint8Array): Promise<string> {
    return this.#keep("artifacts", name, data);
  }

  /** Gives the path of the written file, relative to the run folder. */
  diagnostic(name: string, text: string): Promise<string> {
    return this.#keep("diagnostics", name, text);
  }

  serial(node: string, text: string, isOnlyNode: boolean): void {
    try {
      writeFileSync(join(this.made(), isOnlyNode ? "serial.log" : `serial-${node}.log`), this.#mask(text));
    } catch (error) {
      throw this.#note(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#log.flush();
    this.#commands.flush();
    if (this.#problem !== undefined) throw this.#problem.error;
  }

  async #keep(kind: string, name: string, data: string | Uint8Array): Promise<string> {
    const folder = join(this.made(), kind);
    const file = basename(name);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, file), typeof data === "string" ? this.#mask(data) : data);
    } catch (error) {
      throw this.#note(error);
    }
    return `${this.relativePath}/${kind}/${file}`;
  }

  #file(name: string): GatheredFile {
    return new GatheredFile(
      () => join(this.made(), name),
      (error) => this.#note(error),
    );
  }

  #note(error: unknown): unknown {
    this.#problem ??= { error: writeError(error, this.#path) };
    return this.#problem.error;
  }
}

function capped(text: string): string {
  const rest = text.length - OUTPUT_KEPT;
  return rest > 0 ? `${text.slice(0, OUTPUT_KEPT)}\n… ${rest} more characters` : text;
}

/** What stands there is of a case whose start a power loss took out of the journal; it is run anew. */
function makeEmpty(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "EEXIST") rmSync(path, { recursive: true });
    else if (error.code !== "ENOENT") throw error;
    mkdirSync(path, { recursive: true });
  }
}
