import { join } from "node:path";
import { ExitCode } from "../errors/assay-error.ts";
import { EventStream } from "../events/event-stream.ts";
import { Journal } from "../events/journal.ts";
import { makeMask, maskDeep } from "../events/mask.ts";
import type { Counts, EventBody, EventOf, RunInputs } from "../events/types.ts";
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
import { type Remarks, ResultRemarks } from "./result-remarks.ts";
import { isDeploymentFailure, type PastRun } from "./resume/past-run.ts";
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

export type FinishedResult = Omit<EventOf<"case-finished">, "seq" | "at">;

/** What came of a run. */
export interface RunReport extends RunVerdict {
  /** Name of the run and of its folder. */
  readonly run: string;
  /** Path of the run folder. */
  readonly folder: string;
  readonly counts: Counts;
  /** Final results, in the order in which they ended; secrets are masked. */
  readonly results: readonly (FinishedResult & Remarks)[];
  /** Path of the journal. */
  readonly journal: string;
  /** Paths of what the notifiers made, by notifier name. */
  readonly reports: ReadonlyMap<string, readonly string[]>;
  /** Also of the time before it was gone on with. */
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

  /** Ends the run early, with the reason. */
  giveUp(reason: string, isConfigurationWrong: boolean): void {
    this.add({ finished: [], planned: 0, deploymentFailures: 0, gaveUp: reason, isConfigurationWrong });
  }

  /** Writes the verdict and closes the notifiers. */
  async finish(): Promise<RunReport> {
    await this.#analyses.settled();
    const { folder, signal, runbook } = this.options;
    const gaveUp = this.#outcomes.find((outcome) => outcome.gaveUp !== undefined)?.gaveUp;
    const isLeft = this.#outcomes.some(({ finished, planned }) => finished.length < planned);
    const isCutShort = signal.aborted || (gaveUp !== undefined && isLeft);
    // What is told besides the events is masked as they are: messages of cases quote what they sent and saw.
    const results: (FinishedResult & Remarks)[] = maskDeep(
      this.#outcomes.flatMap(({ finished }) =>
        finished.map((each) => ({ ...each, ...this.#remarks.of(each.resultId) })),
      ),
      this.mask,
    );
    const left = isCutShort ? [] : this.#noLongerPlanned(results);
    results.push(...left);
    const counts = countStatuses(results.map(({ status }) => status));
    const ended = verdictOf({
      counts,
      planned: total(this.#outcomes.map(({ planned }) => planned)),
      deploymentFailures:
        total(this.#outcomes.map(({ deploymentFailures }) => deploymentFailures)) +
        left.filter(isDeploymentFailure).length,
      gaveUp,
      interruptedBy: signal.aborted ? interrupterOf(signal.reason) : undefined,
      ...(runbook.exitWithFailedCount === false ? { isFailureTolerated: true } : {}),
    });
    const isInvalid = this.#outcomes.some(({ isConfigurationWrong }) => isConfigurationWrong);
    const verdict: RunVerdict = {
      ...ended,
      ...(isInvalid ? { verdict: "invalid", exitCode: ExitCode.configuration } : {}),
      reason: this.mask(ended.reason),
    };
    const elapsedMs = Math.round(performance.now() - this.#startedMs) + (this.past?.elapsedMs ?? 0);
    this.emit({ type: "run-finished", ...verdict, counts, elapsedMs, ...(isCutShort && { isCutShort }) });
    await this.disk.room();
    folder.writeFacts({ ...this.#facts, ...verdict, counts, elapsedMs, finishedAt: new Date().toISOString() });
    const reports = await this.#stream.close();
    const { run, path } = folder;
    return { ...verdict, run, folder: path, counts, results, journal: this.#journal.path, reports, elapsedMs };
  }

  /** Results there were to be before the runbook was changed: what is final stands, the others are told. */
  #noLongerPlanned(results: readonly FinishedResult[]): readonly FinishedResult[] {
    const { past } = this;
    if (past === undefined) return [];
    const counted = new Set(results.map(({ resultId }) => this.mask(resultId)));
    const left = [...past.planned.values()].filter(({ resultId }) => !counted.has(resultId));
    return left.map(({ resultId, suite, case: name, combination }) => {
      const standing = past.finished.get(resultId);
      if (standing !== undefined) return standing;
      const skipped: FinishedResult = {
        type: "case-finished",
        ...{ resultId, suite, case: name, ...(combination && { combination }) },
        status: "SKIPPED",
        message: "What is run was changed while the run was cut off, and no longer has this case.",
        durationMs: 0,
        rebootMs: 0,
        environment: undefined,
      };
      this.emit(skipped);
      return skipped;
    });
  }

  [Symbol.dispose](): void {
    this.#journal[Symbol.dispose]();
  }
}

const interrupterOf = (reason: unknown): "SIGINT" | "SIGTERM" | "program" =>
  reason === "SIGINT" || reason === "SIGTERM" ? reason : "program";

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
