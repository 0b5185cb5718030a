import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import type { RunEvent } from "../../packages/assay/src/events/types.ts";
import type { Workspace } from "../cli/run-assay.ts";

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruence modulo 2^32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Events that are on the disk before anything else is done. */
const AT_ONCE: ReadonlySet<string> = new Set(["run-started", "run-resumed", "run-finished"]);
/** A line of the console that tells a result. */
const TOLD = /^(?:PASSED|FAILED|SKIPPED|ATTEMPTED) +(\S+)/gm;

export interface KilledRun {
  readonly exitCode: number | null;
  readonly kills: number;
  readonly journal: string;
}

/** When the first event of a run that is left alone is written, and when its process has ended. */
export interface Pace {
  readonly beginsMs: number;
  readonly endsMs: number;
}

/** A run in `space`, called `id`, that is killed again and again and gone on with until it is over. */
export class KilledRuns {
  readonly #space: Workspace;
  readonly #run: readonly string[];
  readonly #random: () => number;
  readonly #undisturbed: Pace;

  constructor(space: Workspace, run: readonly string[], random: () => number, undisturbed: Pace) {
    this.#space = space;
    this.#run = run;
    this.#random = random;
    this.#undisturbed = undisturbed;
  }

  /** Kills at most `most` times; the last process is left alone. */
  async one(id: string, most: number): Promise<KilledRun> {
    const folder = join(this.#space.path, "runs", id);
    const journal = join(folder, "journal.ndjson");
    for (let kills = 0; ; kills++) {
      const hasBegun = existsSync(journal) && readJournal(journal).length > 0;
      // Nothing is done yet, and the run is started again.
      if (!hasBegun) rmSync(folder, { recursive: true, force: true });
      const args = hasBegun ? ["resume", id] : [...this.#run, "--id", id];
      const { exitCode, told } = await this.#process(args, kills < most);
      if (exitCode !== null) return { exitCode, kills, journal };
      if (existsSync(journal) && this.#random() < 0.5) this.#loseTail(journal, told);
    }
  }

  /** The exit code, or null when it was killed, and the results that were told by then. */
  async #process(
    args: readonly string[],
    isKilled: boolean,
  ): Promise<{ readonly exitCode: number | null; readonly told: ReadonlySet<string> }> {
    const [program = "", ...rest] = this.#space.command(args);
    const child = spawn(program, rest, {
      cwd: this.#space.path,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = once(child, "close");
    if (isKilled) {
      const waiting = new AbortController();
      const killed = sleep(this.#momentMs(), undefined, { signal: waiting.signal });
      await Promise.race([ended, killed]);
      waiting.abort();
      killed.catch(() => undefined);
      child.kill("SIGKILL");
    }
    await ended;
    return { exitCode: child.exitCode, told: new Set([...stderr.matchAll(TOLD)].flatMap(([, name]) => name ?? [])) };
  }

  /** Mostly while there is a run, now and then before. */
  #momentMs(): number {
    const { beginsMs, endsMs } = this.#undisturbed;
    const from = this.#random() < 0.1 ? 0 : beginsMs * 0.9;
    return from + this.#random() * (endsMs - from);
  }

  /** What may not have been on the disk is gone, from a random byte on: what comes after the last result that was told. */
  #loseTail(journal: string, told: ReadonlySet<string>): void {
    const text = readFileSync(journal);
    let durable = 0;
    for (let start = 0, end = text.indexOf(10); end !== -1; start = end + 1, end = text.indexOf(10, start)) {
      const event = JSON.parse(text.toString("utf8", start, end)) as RunEvent;
      const isTold = event.type === "case-finished" && told.has(event.resultId);
      if (isTold || AT_ONCE.has(event.type)) durable = end + 1;
    }
    truncateSync(journal, durable + Math.floor(this.#random() * (text.length - durable + 1)));
  }
}
