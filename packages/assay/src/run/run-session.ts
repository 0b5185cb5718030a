import { join } from "node:path";
import { ExitCode } from "../errors/assay-error.ts";
import { EventStream } from "../events/event-stream.ts";
import { Journal } from "../events/journal.ts";
import { makeMask, maskDeep } from "../events/mask.ts";
import type { EventBody, EventOf } from "../events/types.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import type { Runbook } from "../runbook/types.ts";
import type { Aftercare } from "./aftercare.ts";
import type { RunFolder } from "./run-folder.ts";
import { countStatuses, type RunVerdict, verdictOf } from "./verdict.ts";

export interface SessionOptions {
  readonly runbook: Runbook;
  readonly folder: RunFolder;
  readonly notifiers: readonly Notifier[];
  /** Version of assay, for the record. */
  readonly version: string;
  /** Facts of this host, for the record. */
  readonly host: Readonly<Record<string, string>>;
  /** Cancels the run; its reason is the name of the signal that did it, `SIGINT` or `SIGTERM`. */
  readonly signal: AbortSignal;
  readonly now?: () => Date;
  /** Stores what every case asks of its nodes in the case's folder. */
  readonly isRecording?: boolean;
  /** What is done for cases beside running them; what is not given is done as usual. */
  readonly aftercare?: Partial<Aftercare>;
}

export type FinishedResult = Omit<EventOf<"case-finished">, "seq" | "at">;

export interface RunReport extends RunVerdict {
  readonly run: string;
  readonly counts: ReturnType<typeof countStatuses>;
  readonly results: readonly FinishedResult[];
  readonly journal: string;
  /** Paths of what the notifiers made, by notifier name. */
  readonly reports: ReadonlyMap<string, readonly string[]>;
  readonly elapsedMs: number;
}

/** What became of a plan. */
export interface PlanOutcome {
  readonly finished: readonly FinishedResult[];
  /** Results there should have been. */
  readonly planned: number;
  /** Results that failed because no environment could be had. */
  readonly deploymentFailures: number;
  /** Why it ended before its end. */
  readonly gaveUp: string | undefined;
  /** What ended it is for the user to correct. */
  readonly isConfigurationWrong: boolean;
}

/** The record of one run from its first to its last event: journal, masking of secrets, results and verdict. */
export class RunSession implements Disposable {
  readonly options: SessionOptions;
  readonly #journal: Journal;
  readonly #stream: EventStream;
  readonly #outcomes: PlanOutcome[] = [];
  readonly #secrets = new Set<string>();
  readonly #shown = new Map<string, string>();
  readonly #startedMs = performance.now();
  readonly #startedAt = new Date().toISOString();
  #transformers = 0;
  #facts: Readonly<Record<string, unknown>> = {};
  #mask: (text: string) => string = (text) => text;

  constructor(options: SessionOptions) {
    this.options = options;
    this.learnSecrets(options.runbook);
    this.#journal = new Journal(join(options.folder.path, "journal.ndjson"));
    this.#stream = new EventStream({
      journal: this.#journal,
      mask: this.mask,
      notifiers: options.notifiers,
      ...(options.now && { now: options.now }),
    });
  }

  readonly mask = (text: string): string => this.#mask(text);

  readonly emit = (event: EventBody): void => this.#stream.emit(event);

  /** From now on these are masked as well. */
  learnSecrets({ secrets, secretMasks }: Pick<Runbook, "secrets" | "secretMasks">): void {
    const before = this.#secrets.size;
    for (const secret of secrets) this.#secrets.add(secret);
    for (const [secret, shown] of secretMasks ?? []) this.#shown.set(secret, shown);
    if (this.#secrets.size > before) this.#mask = makeMask(this.#secrets, this.#shown);
  }

  /** Writes the first event. */
  start(first: Pick<EventOf<"run-started">, "platform" | "plan" | "excluded" | "isPlanOpen">): void {
    const { runbook, folder, version, host } = this.options;
    const { platform, ...plan } = first;
    const facts = { run: folder.run, name: runbook.name, version, runbook: runbook.file, platform, host };
    this.#facts = maskDeep({ ...facts, startedAt: this.#startedAt }, this.mask);
    folder.writeFacts(this.#facts);
    this.emit({ type: "run-started", ...facts, ...plan });
  }

  /** Folder of the log of one run of a transformer, relative to the run folder. */
  nextTransformerFolder(name: string): string {
    const safeName = name.replaceAll(/[^A-Za-z0-9._#-]+/g, "-");
    return `transformers/${++this.#transformers}-${safeName}`;
  }

  add(outcome: PlanOutcome): void {
    this.#outcomes.push(outcome);
  }

  /** Ends the run early, with the reason. */
  giveUp(reason: string, isConfigurationWrong: boolean): void {
    this.add({ finished: [], planned: 0, deploymentFailures: 0, gaveUp: reason, isConfigurationWrong });
  }

  /** Writes the verdict and closes the notifiers. */
  async finish(): Promise<RunReport> {
    const { folder, signal, runbook } = this.options;
    // What is told besides the events is masked as they are: messages of cases quote what they sent and saw.
    const results = maskDeep(
      this.#outcomes.flatMap(({ finished }) => finished),
      this.mask,
    );
    const counts = countStatuses(results.map(({ status }) => status));
    const ended = verdictOf({
      counts,
      planned: total(this.#outcomes.map(({ planned }) => planned)),
      deploymentFailures: total(this.#outcomes.map(({ deploymentFailures }) => deploymentFailures)),
      gaveUp: this.#outcomes.find(({ gaveUp }) => gaveUp !== undefined)?.gaveUp,
      interruptedBy: signal.aborted ? (signal.reason === "SIGTERM" ? "SIGTERM" : "SIGINT") : undefined,
      ...(runbook.exitWithFailedCount === false ? { isFailureTolerated: true } : {}),
    });
    const isInvalid = this.#outcomes.some(({ isConfigurationWrong }) => isConfigurationWrong);
    const verdict: RunVerdict = {
      ...ended,
      ...(isInvalid ? { verdict: "invalid", exitCode: ExitCode.configuration } : {}),
      reason: this.mask(ended.reason),
    };
    const elapsedMs = Math.round(performance.now() - this.#startedMs);
    this.emit({ type: "run-finished", ...verdict, counts, elapsedMs });
    folder.writeFacts({ ...this.#facts, ...verdict, counts, elapsedMs, finishedAt: new Date().toISOString() });
    const reports = await this.#stream.close();
    return { ...verdict, run: folder.run, counts, results, journal: this.#journal.path, reports, elapsedMs };
  }

  [Symbol.dispose](): void {
    this.#journal[Symbol.dispose]();
  }
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
