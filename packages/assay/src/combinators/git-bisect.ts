import { UsageError } from "../errors/catalogue.ts";
import { requireSuccess } from "../node/shell/require-success.ts";
import type { Command, Completed, Shell } from "../node/shell/types.ts";
import type { Combination, CombinationVerdict, SequentialCombinator } from "../runbook/combinators/combinator.ts";

export interface GitBisectSettings {
  /** Anything `git clone` takes. */
  readonly repo: string;
  readonly goodCommit: string;
  readonly badCommit: string;
}

/** Upstream's limit for the clone; large histories take their time. */
const CLONE_TIMEOUT_MS = 1_200_000;
const STEP_TIMEOUT_MS = 300_000;

/**
 * Searches the commit that broke something: each combination sets `ref` to the commit to test next. The history is
 * cloned without a working tree to the machine of `shell`, which it owns and closes.
 */
export class GitBisect implements SequentialCombinator {
  readonly type = "git_bisect";
  readonly isSequential = true;
  readonly #shell: Shell;
  readonly #settings: GitBisectSettings;
  #folder: string | undefined;
  #commit = "";
  #finding: string | undefined;

  constructor(settings: GitBisectSettings, shell: Shell) {
    this.#settings = settings;
    this.#shell = shell;
  }

  get finding(): string | undefined {
    return this.#finding;
  }

  async next(previous: CombinationVerdict | undefined, signal: AbortSignal): Promise<Combination | undefined> {
    if (this.#finding !== undefined) return undefined;
    const folder = this.#folder ?? (await this.#clone(signal));
    if (previous === undefined) await this.#start(folder, signal);
    else await this.#mark(folder, previous, signal);
    this.#finding = await this.#culprit(folder, signal);
    if (this.#finding !== undefined) return undefined;
    this.#commit = await this.#git(folder, ["rev-parse", "BISECT_HEAD"], signal);
    return [{ name: "ref", value: this.#commit, origin: "combinator 'git_bisect'" }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) await this.#shell.run(["rm", "-rf", "--", folder], { timeoutMs: STEP_TIMEOUT_MS });
    await this.#shell[Symbol.asyncDispose]();
  }

  async #clone(signal: AbortSignal): Promise<string> {
    const made = await this.#run(["mktemp", "-d", "/var/tmp/assay-bisect-XXXXXX"], signal);
    this.#require(made, signal);
    const folder = made.stdout.trim();
    this.#folder = folder;
    const { repo } = this.#settings;
    // Only commits are asked about, so that no file needs to be written out.
    const cloned = await this.#run(["git", "clone", "--quiet", "--bare", "--", repo, folder], signal, CLONE_TIMEOUT_MS);
    if (cloned.exitCode === 127) {
      throw new UsageError(`There is no 'git' on '${this.#shell.label}', which 'git_bisect' needs.`, {
        help: "Install it there, such as with a transformer 'install_repo_packages'.",
      });
    }
    this.#require(cloned, signal);
    return folder;
  }

  async #start(folder: string, signal: AbortSignal): Promise<void> {
    const { goodCommit, badCommit } = this.#settings;
    const good = await this.#resolve(folder, goodCommit, signal);
    const bad = await this.#resolve(folder, badCommit, signal);
    const started = await this.#run(["git", "-C", folder, "bisect", "start", "--no-checkout", bad, good], signal);
    if (started.outcome.kind !== "exited" || started.exitCode === 0) return this.#require(started, signal);
    throw new UsageError(`No search is possible from '${goodCommit}' (good) to '${badCommit}' (bad).`, {
      help: `git says: ${sentenceOf(started)}`,
    });
  }

  async #mark(folder: string, verdict: CombinationVerdict, signal: AbortSignal): Promise<void> {
    if (verdict === "none") {
      throw new UsageError(`No result says whether the commit ${this.#commit} is good or bad.`, {
        help: "Choose cases that can run here: SKIPPED and ATTEMPTED results say nothing.",
      });
    }
    const mark = verdict === "passed" ? "good" : "bad";
    const marked = await this.#run(["git", "-C", folder, "bisect", mark], signal);
    if (marked.outcome.kind !== "exited" || marked.exitCode === 0) return this.#require(marked, signal);
    // A bad merge base means that the fault was there before and is repaired on the way to the good commit.
    throw new UsageError(`The search cannot go on after the commit ${this.#commit}, which is ${mark}.`, {
      help: `git says: ${sentenceOf(marked)}`,
    });
  }

  /** Told by git's own log, whose words do not depend on the language of the machine. */
  async #culprit(folder: string, signal: AbortSignal): Promise<string | undefined> {
    const log = await this.#git(folder, ["bisect", "log"], signal);
    const found = /^# first bad commit: \[([0-9a-f]+)\] (.*)$/m.exec(log);
    return found === null ? undefined : `The first bad commit is ${found[1]} (${found[2]}).`;
  }

  async #resolve(folder: string, commit: string, signal: AbortSignal): Promise<string> {
    const args = ["-C", folder, "rev-parse", "--quiet", "--verify", "--end-of-options", `${commit}^{commit}`] as const;
    const done = await this.#run(["git", ...args], signal);
    if (done.exitCode === 0) return done.stdout.trim();
    if (done.outcome.kind !== "exited") this.#require(done, signal);
    throw new UsageError(`There is no commit '${commit}' in '${this.#settings.repo}'.`, {
      help: "Give a hash, a tag or a branch of this repository.",
    });
  }

  async #git(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
    const done = await this.#run(["git", "-C", folder, ...args], signal);
    this.#require(done, signal);
    return done.stdout.trim();
  }

  #run(command: Command, signal: AbortSignal, timeoutMs = STEP_TIMEOUT_MS): Promise<Completed> {
    // Without a terminal git must not ask for a password, and its words are read here.
    return this.#shell.run(command, { signal, timeoutMs, env: { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" } });
  }

  #require(done: Completed, signal: AbortSignal): void {
    requireSuccess(done, this.#shell.label, signal);
  }
}

function sentenceOf({ stdout, stderr }: Completed): string {
  return `${stderr}\n${stdout}`.trim().replaceAll(/\s*\n\s*/g, " ");
}
