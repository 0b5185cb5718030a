import type { EventOf, ResultIdentity, ResultStatus } from "../types.ts";
import { BoundedLog } from "./bounded-log.ts";
import type { Analysis, Artifact, Metric, Pollution, Repeat, ResultSummary, Subtest } from "./run-summary.ts";

type CaseEvent = EventOf<
  | "case-started"
  | "case-log"
  | "case-metric"
  | "case-evaluation"
  | "case-analysis"
  | "case-artifact"
  | "case-diagnostics"
  | "case-pollution"
  | "case-repeated"
  | "case-subtest"
  | "kernel-panic"
  | "case-finished"
>;
type Planned = EventOf<"run-started">["plan"][number];

/** What has been told about one result so far. */
export class ResultRecord {
  readonly #identity: ResultIdentity;
  #planned: Planned | undefined;
  #started: EventOf<"case-started"> | undefined;
  #finished: EventOf<"case-finished"> | undefined;
  #panic: EventOf<"kernel-panic"> | undefined;
  #attempts = 0;
  #log = new BoundedLog();
  #metrics: Metric[] = [];
  #subtests: Subtest[] = [];
  #artifacts: Artifact[] = [];
  #diagnostics: Artifact[] = [];
  #pollution: Pollution[] = [];
  #repeats: Repeat[] = [];
  #missed: string | undefined;
  #analyses: Analysis[] = [];

  constructor(identity: ResultIdentity) {
    const { resultId, suite, case: name, combination } = identity;
    this.#identity = { resultId, suite, case: name, ...(combination === undefined ? {} : { combination }) };
  }

  plan(planned: Planned): void {
    this.#planned = planned;
  }

  /** It was in flight when the run was cut off, and waits to be run again. */
  cutOff(): void {
    this.#finished = undefined;
    this.#started = undefined;
  }

  apply(event: CaseEvent): void {
    switch (event.type) {
      case "case-started":
        this.#begin(event);
        break;
      case "case-log":
        this.#log.push({ at: event.at, level: event.level, text: event.text });
        break;
      case "case-metric":
        this.#metrics.push({ name: event.name, value: event.value, unit: event.unit });
        break;
      case "case-evaluation":
        this.#missed = event.missed;
        break;
      case "case-analysis":
        this.#analyses.push({ by: event.by, text: event.text, problem: event.problem });
        break;
      case "case-artifact":
        this.#artifacts.push({ name: event.name, path: event.path, sizeBytes: event.sizeBytes });
        break;
      case "case-diagnostics":
        this.#diagnostics.push(...event.files);
        break;
      case "case-pollution":
        this.#pollution.push({ node: event.node, findings: event.findings, more: event.more });
        break;
      case "case-repeated":
        this.#repeats.push({ status: event.status, message: event.message, folder: event.folder });
        break;
      case "case-subtest":
        this.#subtests.push({
          name: event.name,
          status: event.status,
          message: event.message,
          durationMs: event.durationMs,
        });
        break;
      case "kernel-panic":
        // The first one is the cause; what follows in a dying kernel are its echoes.
        this.#panic ??= event;
        break;
      case "case-finished":
        this.#finished = event;
        break;
    }
  }

  /** Characters of its log. */
  get logLength(): number {
    return this.#log.length;
  }

  shortenLog(): void {
    this.#log.shorten();
  }

  summary(lastEventAt: string | undefined): ResultSummary {
    const finished = this.#finished;
    const started = this.#started;
    return {
      ...this.#identity,
      about: this.#planned?.about ?? "",
      area: this.#planned?.area ?? "",
      priority: this.#planned?.priority,
      timeoutMs: this.#planned?.timeoutMs,
      status: this.#status(),
      message: finished?.message ?? "",
      warning: finished?.warning,
      failureClass: finished?.failureClass,
      stack: finished?.stack,
      startedAt: started?.at,
      finishedAt: finished?.at,
      durationMs: finished?.durationMs ?? span(started?.at, lastEventAt),
      attempts: this.#attempts,
      rebootMs: finished?.rebootMs ?? 0,
      environment: finished?.environment ?? started?.environment,
      folder: started?.folder,
      log: this.#log.lines,
      droppedLogLines: this.#log.dropped,
      metrics: this.#metrics,
      subtests: this.#subtests,
      artifacts: this.#artifacts,
      diagnostics: this.#diagnostics,
      pollution: this.#pollution,
      repeats: this.#repeats,
      missedCriteria: this.#missed,
      analyses: this.#analyses,
      repetition: finished?.repetition,
      panic:
        this.#panic === undefined
          ? undefined
          : { node: this.#panic.node, category: this.#panic.category, lines: this.#panic.lines },
      serialTail: finished?.serialTail,
    };
  }

  /** A case that failed may be tried again: what counts is the last attempt, the folders of the others stay. */
  #begin(event: EventOf<"case-started">): void {
    this.#started = event;
    this.#attempts += 1;
    this.#finished = undefined;
    this.#panic = undefined;
    this.#log = new BoundedLog();
    this.#metrics = [];
    this.#subtests = [];
    this.#artifacts = [];
    this.#diagnostics = [];
    this.#pollution = [];
    this.#repeats = [];
    this.#missed = undefined;
    this.#analyses = [];
  }

  #status(): ResultStatus {
    return this.#finished?.status ?? (this.#started === undefined ? "QUEUED" : "RUNNING");
  }
}

const span = (from: string | undefined, to: string | undefined): number =>
  from === undefined || to === undefined ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
