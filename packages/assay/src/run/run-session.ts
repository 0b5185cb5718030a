import { join } from "node:path";
import { EventStream } from "../events/event-stream.ts";
import { Journal } from "../events/journal.ts";
import { makeMask, maskDeep } from "../events/mask.ts";
import type { EventBody, EventOf, RunInputs } from "../events/types.ts";
import type { Analyst } from "../notifiers/analyst.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import type { PerformanceEvaluation } from "../performance/evaluation.ts";
import { measuredResults } from "../performance/measured.ts";
import type { Runbook } from "../runbook/types.ts";
import type { Aftercare } from "./aftercare.ts";
import { Analyses } from "./analyses.ts";
import type { HostLimit } from "./capacity/host-limit.ts";
import { type RunResources, runResources } from "./deploy/run-resources.ts";
import { DiskPause } from "./disk-pause.ts";
import type { CircuitSettings } from "./health/circuit.ts";
import { ResultRemarks } from "./result-remarks.ts";
import type { PastRun } from "./resume/past-run.ts";
import { endingOf, type RunWork } from "./run-ending.ts";
import type { RunFolder } from "./run-folder.ts";
import type { FinishedResult, PlanOutcome, RunReport } from "./run-report.ts";

export interface SessionOptions {
  readonly runbook: Runbook;
  readonly folder: RunFolder;
  readonly notifiers: readonly Notifier[];
  /** Version of assay, for the record. */
  readonly version: string;
  /** Facts of this host, for the record. */
  readonly host: Readonly<Record<string, string>>;
  /** Cancels the run; its reason is the name of the signal that did it, `SIGINT` or `SIGTERM`, or whatever a program gives. */
  readonly signal: AbortSignal;
  readonly now?: () => Date;
  /** Stores what every case asks of its nodes in the case's folder. */
  readonly isRecording?: boolean;
  /** What is done for cases beside running them; what is not given is done as usual. */
  readonly aftercare?: Partial<Aftercare>;
  /** What environments may take of this host. Default: what is free. */
  readonly hostLimit?: HostLimit;
  /** When platforms and machines that keep failing are taken out; what is not given is as usual. */
  readonly circuit?: Partial<CircuitSettings>;
  /** Compares what cases measure with criteria. */
  readonly performance?: PerformanceEvaluation;
  /** Who reads the evidence of failed cases. */
  readonly analysts?: readonly Analyst[];
  /** What was asked for, for the record; without it the run cannot be gone on with. */
  readonly inputs?: RunInputs;
  /** The run is gone on with in the folder of this one, which was cut off. */
  readonly past?: PastRun;
  /** What is asked for otherwise than then, a sentence each. */
  readonly changes?: readonly string[];
  /** Tells a person what cannot be written because the disk is full. Default: nobody is told. */
  readonly say?: (text: string) => void;
}

/** The record of one run from its first to its last event: journal, masking of secrets, results and verdict. */
export class RunSession implements Disposable {
  readonly options: SessionOptions;
  readonly #journal: Journal;
  readonly #stream: EventStream;
  readonly #outcomes: PlanOutcome[] = [];
  readonly #told: FinishedResult[] = [];
  #earlyEnd: RunWork["earlyEnd"];
  /** Where work waits while the disk is full. */
  readonly disk: DiskPause;
  readonly resources: RunResources;
  readonly #analyses: Analyses;
  readonly #remarks = new ResultRemarks();
  readonly #secrets = new Set<string>();
  readonly #shown = new Map<string, string>();
  readonly #startedMs = performance.now();
  readonly #startedAt = new Date().toISOString();
  #transformers: number;
  #environments: number;
  #facts: Readonly<Record<string, unknown>> = {};
  #mask: (text: string) => string = (text) => text;

  constructor(options: SessionOptions) {
    this.options = options;
    this.learnSecrets(options.runbook);
    const { past } = options;
    for (const event of past?.journal.events ?? []) this.#remarks.hear(event);
    if (past !== undefined && options.performance !== undefined) {
      for (const result of measuredResults(past.journal.events)) options.performance.evaluate(result);
    }
    this.#transformers = past?.transformers ?? 0;
    this.#environments = past?.environments ?? 0;
    this.#journal = new Journal(join(options.folder.path, "journal.ndjson"), past?.journal);
    this.#stream = new EventStream({
      journal: this.#journal,
      mask: this.mask,
      notifiers: options.notifiers,
      ...(past && { before: past.journal.events }),
      ...(options.now && { now: options.now }),
    });
    this.resources = runResources(options.hostLimit ?? "auto", this.emit);
    this.#analyses = new Analyses({
      analysts: options.analysts ?? [],
      runFolder: options.folder.path,
      mask: this.mask,
      emit: (event) => this.emit(event),
      signal: options.signal,
    });
    this.disk = new DiskPause({
      folder: options.folder.path,
      flush: this.#stream.flush,
      say: options.say ?? (() => undefined),
      signal: options.signal,
    });
  }

  readonly mask = (text: string): string => this.#mask(text);

  readonly emit = (event: EventBody): void => {
    this.#stream.emit(event);
    if (event.type === "case-finished") this.#told.push(event);
    this.#remarks.hear(event);
    this.#analyses.hear(event);
  };

  /** From now on these are masked as well. */
  learnSecrets({ secrets, secretMasks }: Pick<Runbook, "secrets" | "secretMasks">): void {
    const before = this.#secrets.size;
    for (const secret of secrets) this.#secrets.add(secret);
    for (const [secret, shown] of secretMasks ?? []) this.#shown.set(secret, shown);
    if (this.#secrets.size > before) this.#mask = makeMask(this.#secrets, this.#shown);
  }

  get past(): PastRun | undefined {
    return this.options.past;
  }

  /** Writes the first event, or that the run goes on. */
  start(first: Pick<EventOf<"run-started">, "platform" | "plan" | "excluded" | "isPlanOpen">): void {
    const { runbook, folder, version, host, past, changes = [], inputs } = this.options;
    const { platform, ...plan } = first;
    const facts = { run: folder.run, name: runbook.name, version, runbook: runbook.file, platform, host };
    this.#facts = maskDeep({ ...facts, startedAt: past?.started.at ?? this.#startedAt }, this.mask);
    folder.writeFacts(this.#facts);
    const asked = inputs && { inputs };
    if (past === undefined) {
      this.emit({ type: "run-started", ...facts, ...plan, ...asked });
      return;
    }
    const { inFlight: again, lastEventAt: cutOffAt } = past;
    this.emit({ type: "run-resumed", version, host, again, cutOffAt, changes, ...asked });
    if (plan.isPlanOpen !== true) this.addPlan({ combination: undefined, ...first });
  }

  /** Writes what a plan adds to the results that are known. */
  addPlan(added: Omit<EventOf<"plan-added">, "type" | "seq" | "at">): void {
    const { past } = this;
    const isKnown = past?.isPlanKnown(added.combination, this.mask) ?? false;
    const plan = added.plan.filter(({ resultId }) => past?.planned.has(this.mask(resultId)) !== true);
    if (isKnown && plan.length === 0) return;
    const { combination, platform } = added;
    this.emit({ type: "plan-added", combination, platform, plan, excluded: isKnown ? [] : added.excluded });
  }

  /** The number of the next environment of the run. */
  readonly nextEnvironment = (): number => ++this.#environments;

  /** Folder of the log of one run of a transformer, relative to the run folder. */
  nextTransformerFolder(name: string): string {
    const safeName = name.replaceAll(/[^A-Za-z0-9._#-]+/g, "-");
    return `transformers/${++this.#transformers}-${safeName}`;
  }

  add(outcome: PlanOutcome): void {
    this.#outcomes.push(outcome);
  }

  /** Ends the run early, with the reason: there is more to do. */
  giveUp(gaveUp: string, isConfigurationWrong: boolean): void {
    this.#earlyEnd ??= { gaveUp, isConfigurationWrong };
  }

  /** Writes the verdict and closes the notifiers. */
  async finish(): Promise<RunReport> {
    await this.#analyses.settled();
    const { past, mask } = this;
    const { folder, signal, runbook } = this.options;
    const { verdict, counts, results, isCutShort, dropped } = endingOf({
      ...{ outcomes: this.#outcomes, earlyEnd: this.#earlyEnd, told: this.#told },
      ...{ past, remarks: this.#remarks, signal, mask },
      isFailureTolerated: runbook.exitWithFailedCount === false,
    });
    for (const each of dropped) this.emit(each);
    const elapsedMs = Math.round(performance.now() - this.#startedMs) + (past?.elapsedMs ?? 0);
    this.emit({ type: "run-finished", ...verdict, counts, elapsedMs, ...(isCutShort && { isCutShort }) });
    await this.disk.room();
    await this.#stream.settled();
    // The disk may have had no room for what it had seemed to take.
    await this.disk.room();
    folder.writeFacts({ ...this.#facts, ...verdict, counts, elapsedMs, finishedAt: new Date().toISOString() });
    const reports = await this.#stream.close();
    const { run, path } = folder;
    return { ...verdict, run, folder: path, counts, results, journal: this.#journal.path, reports, elapsedMs };
  }

  [Symbol.dispose](): void {
    this.#analyses[Symbol.dispose]();
    this.#journal[Symbol.dispose]();
  }
}
