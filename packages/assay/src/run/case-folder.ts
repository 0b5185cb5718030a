import { createWriteStream, mkdirSync, type WriteStream, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { finished } from "node:stream/promises";
import { writeError } from "../errors/disk-full.ts";
import type { Completed } from "../node/shell/types.ts";

/** Kept of each output of a command in `commands.ndjson`; the rest is counted. */
const OUTPUT_KEPT = 64 * 1024;

/**
 * The folder of one result: `case.log`, `commands.ndjson`, `serial.log`, `artifacts/` and `diagnostics/`. What cannot be written there
 * comes out when it is disposed of (HostExhausted for a full disk): the evidence is missing, whatever the case says.
 */
export class CaseFolder implements AsyncDisposable {
  /** Relative to the run folder, with `/`. */
  readonly relativePath: string;
  readonly path: string;
  readonly #mask: (text: string) => string;
  readonly #log: WriteStream;
  readonly #commands: WriteStream;
  #problem: { readonly error: unknown } | undefined;

  /** `logName` is the file of the log. */
  constructor(runFolder: string, relativePath: string, mask: (text: string) => string, logName = "case.log") {
    const path = join(runFolder, relativePath);
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw writeError(error, path);
    }
    this.relativePath = relativePath;
    this.path = path;
    this.#mask = mask;
    this.#log = this.#openStream(logName);
    this.#commands = this.#openStream("commands.ndjson");
  }

  log(level: string, text: string): void {
    this.#log.write(this.#mask(`${new Date().toISOString()} ${level.toUpperCase().padEnd(4)} ${text}\n`));
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
    this.#commands.write(this.#mask(`${JSON.stringify(line)}\n`));
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
      writeFileSync(join(this.path, isOnlyNode ? "serial.log" : `serial-${node}.log`), this.#mask(text));
    } catch (error) {
      throw this.#note(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Their errors have been noted; a stream that failed is over.
    await Promise.allSettled([this.#log, this.#commands].map((stream) => finished(stream.end())));
    if (this.#problem !== undefined) throw this.#problem.error;
  }

  async #keep(kind: string, name: string, data: string | Uint8Array): Promise<string> {
    const folder = join(this.path, kind);
    const file = basename(name);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, file), typeof data === "string" ? this.#mask(data) : data);
    } catch (error) {
      throw this.#note(error);
    }
    return `${this.relativePath}/${kind}/${file}`;
  }

  #openStream(name: string): WriteStream {
    const stream = createWriteStream(join(this.path, name));
    stream.on("error", (error) => this.#note(error));
    return stream;
  }

  #note(error: unknown): unknown {
    this.#problem ??= { error: writeError(error, this.path) };
    return this.#problem.error;
  }
}

function capped(text: string): string {
  const rest = text.length - OUTPUT_KEPT;
  return rest > 0 ? `${text.slice(0, OUTPUT_KEPT)}\n… ${rest} more characters` : text;
}
