import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { HostExhausted, UsageError } from "../errors/catalogue.ts";
import { writeError } from "../errors/disk-full.ts";

/** Where a run keeps everything: `runs/<UTC time>-<name>/`. `runs/latest` points to the newest. */
export class RunFolder {
  readonly path: string;
  /** Name of the folder and of the run. */
  readonly run: string;

  private constructor(path: string) {
    this.path = path;
    this.run = basename(path);
  }

  /**
   * Makes a new folder below `root`, called `id` or else by time and name, with a number behind it when two runs start
   * in the same second.
   */
  static create(root: string, name: string, now: Date, id?: string): RunFolder {
    const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
    const safeName = name.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[.-]+|-+$/g, "") || "run";
    try {
      mkdirSync(root, { recursive: true });
      for (let count = 1; ; count++) {
        const path = resolve(root, `${id ?? `${stamp}-${safeName}`}${count === 1 ? "" : `-${count}`}`);
        if (makeNew(path)) {
          pointLatest(root, basename(path));
          return new RunFolder(path);
        }
      }
    } catch (error) {
      throw cannotWrite(root, error);
    }
  }

  /** The folder of a run that is gone on with. */
  static open(path: string): RunFolder {
    return new RunFolder(path);
  }

  /** Folder of the logs of one environment; exists when this returns. */
  environmentFolder(environment: string): string {
    const path = join(this.path, "environments", environment);
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw writeError(error, path);
    }
    return path;
  }

  /** Replaces `run.json`, the facts of the run for programs, in one step. */
  writeFacts(facts: Readonly<Record<string, unknown>>): void {
    const path = join(this.path, "run.json");
    try {
      writeFileSync(`${path}.new`, `${JSON.stringify(facts, null, 2)}\n`);
      renameSync(`${path}.new`, path);
    } catch (error) {
      throw writeError(error, path);
    }
  }
}

function makeNew(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      return false;
    }
    throw error;
  }
}

function pointLatest(root: string, run: string): void {
  const link = join(root, "latest");
  const fresh = join(root, `.latest.${randomUUID()}`);
  symlinkSync(run, fresh);
  renameSync(fresh, link);
}

function cannotWrite(root: string, error: unknown): Error {
  const full = writeError(error, resolve(root));
  if (full instanceof HostExhausted) return full;
  return new UsageError(
    `The run folder cannot be made in '${resolve(root)}': ${error instanceof Error ? error.message : error}`,
    {
      help: "Choose a folder that can be written with --log_path.",
      cause: error,
    },
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
