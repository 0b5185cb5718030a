import { join } from "node:path";
import type { EventBody, EventOf } from "../events/types.ts";
import type { Analyst } from "../notifiers/analyst.ts";

export interface AnalysesOptions {
  readonly analysts: readonly Analyst[];
  readonly runFolder: string;
  readonly mask: (text: string) => string;
  readonly emit: (event: EventBody) => void;
  /** Cancels the run. */
  readonly signal: AbortSignal;
  /** For one analysis. Default: five minutes. */
  readonly limitMs?: number;
  /** For all that are left when the cases are over. Default: ten minutes. */
  readonly endMs?: number;
}

/** More would only wait for the service, and every one holds the evidence of a case in memory. */
const AT_ONCE = 2;
const LIMIT_MS = 5 * 60_000;
const END_MS = 10 * 60_000;

type Finished = Extract<EventBody, { readonly type: "case-finished" }>;

/** Has failed cases analysed while the run goes on, and tells of it; nothing that goes wrong in it harms the run. */
export class Analyses implements Disposable {
  readonly #options: AnalysesOptions;
  readonly #folders = new Map<string, string>();
  readonly #queue: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #over = new AbortController();

  constructor(options: AnalysesOptions) {
    this.#options = options;
  }

  /** Hears every event of the run. */
  hear(event: EventBody): void {
    if (this.#options.analysts.length === 0) return;
    if (event.type === "case-started") this.#folders.set(event.resultId, event.folder);
    if (event.type !== "case-finished") return;
    const folder = this.#folders.get(event.resultId);
    this.#folders.delete(event.resultId);
    if (event.status !== "FAILED" || event.isCutOff === true) return;
    for (const analyst of this.#options.analysts) this.#queue.push(() => this.#analyse(analyst, event, folder));
    this.#fill();
  }

  /** Waits until all analyses are there. Those that take too long, or that an interrupt finds, are told as missing. */
  async settled(): Promise<void> {
    const { signal, endMs = END_MS } = this.#options;
    const timer = setTimeout(() => this.#over.abort(new Error("the run was over")), endMs);
    const stop = (): void => this.#over.abort(new Error("the run was interrupted"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    while (this.#running.size > 0) await Promise.race(this.#running);
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
  }

  /** Ends what goes on and tells nothing more: the run could not be carried to its end. */
  [Symbol.dispose](): void {
    this.#queue.length = 0;
    this.#over.abort(new Error("the run was over"));
  }

  #fill(): void {
    while (this.#running.size < AT_ONCE) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      // It throws when nothing can be told any more: the journal is broken or closed, and the run ends with that.
      const ended = next().catch(() => undefined);
      const work = ended.finally(() => {
        this.#running.delete(work);
        this.#fill();
      });
      this.#running.add(work);
    }
  }

  async #analyse(analyst: Analyst, finished: Finished, folder: string | undefined): Promise<void> {
    const { runFolder, mask, emit, limitMs = LIMIT_MS } = this.#options;
    const { resultId, suite, case: name, combination, message } = finished;
    const identity = { resultId, suite, case: name, ...(combination && { combination }) };
    const startedMs = performance.now();
    const tell = (told: Pick<EventOf<"case-analysis">, "text" | "problem">): void => {
      const elapsedMs = Math.round(performance.now() - startedMs);
      emit({ type: "case-analysis", ...identity, by: analyst.by, ...told, elapsedMs });
    };
    const ended = new AbortController();
    const late = new Error(`it was not over after ${limitMs / 1000} s`);
    const timer = setTimeout(() => ended.abort(late), limitMs);
    const signal = AbortSignal.any([this.#over.signal, ended.signal]);
    const path = folder === undefined ? undefined : join(runFolder, folder);
    try {
      signal.throwIfAborted();
      const failed = { ...identity, message: mask(message), folder: path, mask };
      tell({ text: await Promise.race([analyst.analyse(failed, signal), aborted(signal)]) });
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      const told = reason instanceof Error ? reason.message : String(reason);
      tell({ text: "", problem: `There is no analysis: ${told}` });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Rejects with the reason of the abort, for those who do not listen to it. */
function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
