import type { JournalContent } from "../../events/journal.ts";
import { maskDeep } from "../../events/mask.ts";
import { resultInstance } from "../../events/result-instance.ts";
import type { CombinationValues, EventOf, RunEvent, RunInputs } from "../../events/types.ts";
import type { CombinationVerdict } from "../../runbook/combinators/combinator.ts";
import type { FinishedResult } from "../run-report.ts";
import { StandingOutputs } from "./standing-outputs.ts";

type PlannedResult = EventOf<"run-started">["plan"][number];

/**
 * What the journal of a run that was cut off says about it: what stands, and what is to be done again. Ids of results
 * are as they stand there, with secrets masked.
 */
export class PastRun {
  readonly journal: JournalContent;
  readonly started: EventOf<"run-started">;
  /** Final results by id. */
  readonly finished = new Map<string, FinishedResult>();
  /** Every result there was to be, by id. */
  readonly planned = new Map<string, PlannedResult>();
  readonly outputs = new StandingOutputs();
  /** What was asked for last; undefined when the run was made by a program that did not say. */
  inputs: RunInputs | undefined;
  /** The last event, when the run came to its end. */
  end: EventOf<"run-finished"> | undefined;
  /** Names of environments that were there when it was cut off. */
  readonly leftEnvironments = new Set<string>();
  /** Numbers of environments and transformers that are taken. */
  environments = 0;
  transformers = 0;
  /** Time it has taken, without the time in which it did not run. */
  elapsedMs = 0;
  /** Of the last event, ISO 8601 UTC. */
  lastEventAt: string;
  /** Number of the last event. */
  lastSeq = 0;
  readonly #starts = new Map<string, number>();
  readonly #combinations = new Map<string, CombinationVerdict>();
  /** Values of the combinations whose plans are known. */
  readonly #known = new Set<string>();
  #segmentBegan: string;

  /** Undefined when the run was cut off before its first event was written. */
  static of(journal: JournalContent): PastRun | undefined {
    const [first] = journal.events;
    return first?.type === "run-started" ? new PastRun(journal, first) : undefined;
  }

  private constructor(journal: JournalContent, first: EventOf<"run-started">) {
    this.journal = journal;
    this.started = first;
    this.#segmentBegan = first.at;
    this.lastEventAt = first.at;
    for (const event of journal.events) this.#apply(event);
    this.elapsedMs += msBetween(this.#segmentBegan, this.lastEventAt);
  }

  /** Ids of the results that had begun and are not final. */
  get inFlight(): readonly string[] {
    return [...this.#starts.keys()].filter((resultId) => !this.finished.has(resultId));
  }

  /** How often a case was started for a result. */
  startsOf(resultId: string): number {
    return this.#starts.get(resultId) ?? 0;
  }

  /** How a combination ended whose results are final and whose clean-up is over; undefined for every other one. */
  verdictOf(label: string): CombinationVerdict | undefined {
    return this.#combinations.get(label);
  }

  /** Final results of the combination with this label; all without one. */
  resultsOf(label: string): readonly FinishedResult[] {
    return [...this.finished.values()].filter((result) => resultInstance(result).startsWith(label));
  }

  /** True when the plan of a combination with these values was told. */
  isPlanKnown(combination: CombinationValues | undefined, mask: (text: string) => string): boolean {
    return this.#known.has(keyOf(combination, mask));
  }

  /** Something else is asked for now: final results stand, and all else is done again. */
  forgetBesidesResults(): void {
    this.outputs.clear();
    this.#combinations.clear();
  }

  #apply(event: RunEvent): void {
    this.lastEventAt = event.at;
    this.lastSeq = event.seq;
    this.outputs.apply(event);
    switch (event.type) {
      case "run-started":
        this.inputs = event.inputs;
        if (event.isPlanOpen !== true) this.#known.add(keyOf(undefined));
        this.#plan(event.plan);
        break;
      case "run-resumed":
        this.elapsedMs += msBetween(this.#segmentBegan, event.cutOffAt);
        this.#segmentBegan = event.at;
        this.inputs = event.inputs;
        this.end = undefined;
        if (event.changes.length > 0) this.#combinations.clear();
        break;
      case "plan-added":
        this.#known.add(keyOf(event.combination));
        this.#plan(event.plan);
        break;
      case "combination-finished":
        this.#combinations.set(event.label, event.verdict);
        break;
      case "transformer-started":
        this.transformers = Math.max(this.transformers, numberIn(/^transformers\/(\d+)-/, event.folder));
        break;
      case "environment-ready":
        this.leftEnvironments.add(event.environment);
        break;
      case "environment-deleted":
        this.leftEnvironments.delete(event.environment);
        break;
      case "case-started":
        this.#starts.set(event.resultId, this.startsOf(event.resultId) + 1);
        break;
      case "case-finished":
        if (event.isCutOff !== true) this.finished.set(event.resultId, bodyOf(event));
        break;
      case "run-finished":
        this.end = event;
        break;
      default:
        break;
    }
    const environment = "environment" in event ? event.environment : undefined;
    this.environments = Math.max(this.environments, numberIn(/-(\d+)$/, environment ?? ""));
  }

  #plan(results: readonly PlannedResult[]): void {
    for (const result of results) this.planned.set(result.resultId, result);
  }
}

/** A result that failed because no environment could be had: every other failure names the one it ran on. */
export const isDeploymentFailure = ({ status, environment }: FinishedResult): boolean =>
  status === "FAILED" && environment === undefined;

function bodyOf({ seq: _, at: __, ...result }: EventOf<"case-finished">): FinishedResult {
  return result;
}

/** Values as the journal has them. */
const keyOf = (values: CombinationValues | undefined, mask: (text: string) => string = (text) => text): string =>
  JSON.stringify(maskDeep(values ?? {}, mask));

const numberIn = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1] ?? 0);

const msBetween = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));
