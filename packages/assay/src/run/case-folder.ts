import { once } from "node:events";
import { createWriteStream, mkdirSync, type WriteStream, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Completed } from "../node/shell/types.ts";

/** Kept of each output of a command in `commands.ndjson`; the rest is counted. */
const OUTPUT_KEPT = 64 * 1024;

/** The folder of one result: `case.log`, `commands.ndjson`, `serial.log` and `artifacts/`. */
export class CaseFolder implements AsyncDisposable {
  /** Relative to the run folder, with `/`. */
  readonly relativePath: string;
  readonly path: string;
  readonly #mask: (text: string) => string;
  readonly #log: WriteStream;
  readonly #commands: WriteStream;

  constructor(runFolder: string, relativePath: string, mask: (text: string) => string) {
    const path = join(runFolder, relativePath);
    mkdirSync(path, { recursive: true });
    this.relativePath = relativePath;
    this.path = path;
    this.#mask = mask;
    this.#log = createWriteStream(join(path, "case.log"));
    this.#commands = createWriteStream(join(path, "commands.ndjson"));
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
  async artifact(name: string, data: string | Uint8Array): Promise<string> {
    const folder = join(this.path, "artifacts");
    await mkdir(folder, { recursive: true });
    const file = basename(name);
    await writeFile(join(folder, file), typeof data === "string" ? this.#mask(data) : data);
    return `${this.relativePath}/artifacts/${file}`;
  }

  serial(node: string, text: string, isOnlyNode: boolean): void {
    writeFileSync(join(this.path, isOnlyNode ? "serial.log" : `serial-${node}.log`), this.#mask(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#log, this.#commands].map((stream) => once(stream.end(), "close")));
  }
}

function capped(text: string): string {
  const rest = text.length - OUTPUT_KEPT;
  return rest > 0 ? `${text.slice(0, OUTPUT_KEPT)}\n… ${rest} more characters` : text;
}
