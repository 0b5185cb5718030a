import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../packages/assay/src/cli/main.ts", import.meta.url));

export interface AssayRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder to run the command line in, with files by name; `runs` counts the run folders made in it. */
export class Workspace {
  readonly path = mkdtempSync(join(tmpdir(), "assay-cli-"));

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(this.path, name, ".."), { recursive: true });
      writeFileSync(join(this.path, name), content);
    }
  }

  get runs(): readonly string[] {
    return this.runsIn("runs");
  }

  /** Names of the run folders below a folder here. */
  runsIn(folder: string): readonly string[] {
    const root = join(this.path, folder);
    return existsSync(root) ? readdirSync(root).filter((name) => name !== "latest" && !name.startsWith(".")) : [];
  }

  /** Program and arguments of the real command line. */
  command(args: readonly string[]): readonly string[] {
    return [process.execPath, MAIN, ...args];
  }

  /** Runs the real command line here, as a user would. */
  async assay(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<AssayRun> {
    const [program = "", ...rest] = this.command(args);
    const child = spawn(program, rest, {
      cwd: this.path,
      env: { ...process.env, NO_COLOR: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { exitCode: child.exitCode, stdout, stderr };
  }
}
