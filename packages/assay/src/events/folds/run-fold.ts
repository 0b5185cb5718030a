import type { Counts, EventOf, ResultIdentity, RunEvent, Verdict } from "../types.ts";
import { EnvironmentFold } from "./environment-fold.ts";
import { ResultRecord } from "./result-record.ts";
import type { Notice, RunSummary } from "./run-summary.ts";
import { TransformerFold } from "./transformer-fold.ts";

/** Characters of logs that are kept whole; of what passes after that only the ends are, because nobody reads so much. */
const LOG_ROOM = 32_000_000;

const NO_COUNTS: Counts = { passed: 0, failed: 0, skipped: 0, attempted: 0 };

/**
 * Folds events one by one as they come; each costs constant time, so a live display can hang on it.
 * It makes no demand on the order or completeness of the journal: a run that was killed folds as well.
 */
export class RunFold {
  #started: EventOf<"run-started"> | undefined;
  #finished: EventOf<"run-finished"> | undefined;
  #resumed: EventOf<"run-resumed"> | undefined;
  /** Before the run was cut off. */
  #earlierMs = 0;
  #firstAt: string | undefined;
  #lastAt: string | undefined;
  #logLength = 0;
  readonly #results = new Map<string, ResultRecord>();
  readonly #environments = new EnvironmentFold();
  readonly #transformers = new TransformerFold();
  readonly #platforms = new Set<string>();
  readonly #excluded: EventOf<"run-started">["excluded"][number][] = [];
  readonly #notices: Notice[] = [];

  apply(event: RunEvent): void {
    this.#firstAt ??= event.at;
    this.#lastAt = event.at;
    this.#environments.apply(event);
    switch (event.type) {
      case "run-started":
        this.#started = event;
        this.#platforms.add(event.platform);
        this.#excluded.push(...event.excluded);
        for (const planned of event.plan) this.#result(planned).plan(planned);
        break;
      case "plan-added":
        this.#platforms.add(event.platform);
        this.#excluded.push(...event.excluded);
        for (const planned of event.plan) this.#result(planned).plan(planned);
        break;
      case "run-resumed":
        this.#finished = undefined;
        this.#earlierMs += elapsed(this.#resumed?.at ?? this.#firstAt, event.cutOffAt);
        this.#resumed = event;
        for (const resultId of event.again) this.#results.get(resultId)?.cutOff();
        break;
      case "transformer-started":
      case "transformer-finished":
        this.#transformers.apply(event);
        break;
      case "notice":
        this.#notices.push({ at: event.at, level: event.level, text: event.text, help: event.help });
        break;
      case "health-changed":
        this.#notices.push({ at: event.at, level: event.level, text: event.text, help: undefined });
        break;
      case "run-finished":
        this.#finished = event;
        break;
      case "case-started":
      case "case-log":
      case "case-metric":
      case "case-evaluation":
      case "case-analysis":
      case "case-artifact":
      case "case-diagnostics":
      case "case-pollution":
      case "case-repeated":
      case "case-subtest":
      case "kernel-panic":
        this.#result(event).apply(event);
        break;
      case "case-finished":
        this.#finish(event);
        break;
      default:
        break;
    }
  }

  #finish(event: EventOf<"case-finished">): void {
    const record = this.#result(event);
    record.apply(event);
    if (this.#logLength > LOG_ROOM && event.status === "PASSED") record.shortenLog();
    this.#logLength += record.logLength;
  }

  summary(): RunSummary {
    const results = [...this.#results.values()].map((record) => record.summary(this.#lastAt));
    const counts = { ...NO_COUNTS };
    let unfinished = 0;
    for (const { status } of results) {
      if (status === "PASSED") counts.passed += 1;
      else if (status === "FAILED") counts.failed += 1;
      else if (status === "SKIPPED") counts.skipped += 1;
      else if (status === "ATTEMPTED") counts.attempted += 1;
      else unfinished += 1;
    }
    return {
      run: this.#started?.run ?? "",
      name: this.#started?.name ?? "",
      version: this.#started?.version ?? "",
      runbook: this.#started?.runbook ?? "",
      platform: [...this.#platforms].join(", "),
      host: this.#started?.host ?? {},
      startedAt: this.#firstAt,
      lastEventAt: this.#lastAt,
      elapsedMs:
        this.#finished?.elapsedMs ?? this.#earlierMs + elapsed(this.#resumed?.at ?? this.#firstAt, this.#lastAt),
      verdict: this.#finished?.verdict,
      reason: this.#finished?.reason ?? "",
      exitCode: this.#finished?.exitCode,
      counts,
      isPlanOpen: this.#started?.isPlanOpen === true && !hasTested(this.#finished?.verdict),
      unfinished,
      results,
      environments: this.#environments.environments(),
      progress: this.#environments.steps(),
      transformers: this.#transformers.transformers(),
      excluded: this.#excluded,
      notices: this.#notices,
    };
  }

  #result(identity: ResultIdentity): ResultRecord {
    let record = this.#results.get(identity.resultId);
    if (record === undefined) {
      record = new ResultRecord(identity);
      this.#results.set(identity.resultId, record);
    }
    return record;
  }
}

/** Only a run that came to its end knows all that it had to run. */
const hasTested = (verdict: Verdict | undefined): boolean => verdict === "passed" || verdict === "failed";

const elapsed = (from: string | undefined, to: string | undefined): number =>
  from === undefined || to === undefined ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
