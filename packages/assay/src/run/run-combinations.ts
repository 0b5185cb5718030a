import type {
  Combination,
  CombinationVerdict,
  ListedCombinator,
  SequentialCombinator,
} from "../runbook/combinators/combinator.ts";
import { CombinationLabels } from "./combination-label.ts";
import { runCombination } from "./run-combination.ts";
import type { RunSession } from "./run-session.ts";
import type { StagesOptions } from "./run-stages.ts";
import type { RunVariables } from "./stage.ts";
import { WorkerSlots } from "./worker-slots.ts";

/** Runs every combination of a runbook, or its cases once when it has no combinator. Throws what ends the run. */
export async function runCombinations(
  session: RunSession,
  variables: RunVariables,
  options: StagesOptions,
): Promise<void> {
  const combinator = await options.makeCombinator(await variables.stage(), options.signal);
  const runs = new Runs(session, variables, options);
  if (combinator === undefined) await runs.one(undefined);
  else if (combinator.isSequential) await runSearch(session, combinator, runs, options.signal);
  else await runList(combinator, runs, options.signal);
}

/** Each combination depends on how the one before ended. */
async function runSearch(
  session: RunSession,
  combinator: SequentialCombinator,
  runs: Runs,
  signal: AbortSignal,
): Promise<void> {
  await using search = combinator;
  let verdict: CombinationVerdict | undefined;
  for (;;) {
    const combination = await search.next(verdict, signal);
    if (combination === undefined) break;
    verdict = await runs.one(combination);
    if (signal.aborted) return;
  }
  if (search.finding !== undefined) session.emit({ type: "notice", level: "info", text: search.finding });
}

/**
 * A combination begins when those before it leave workers without work; on platforms whose environments are dear it
 * waits until they are over, because they hold the machines. The first error ends the list, what runs is finished.
 */
async function runList(combinator: ListedCombinator, runs: Runs, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<unknown>>();
  let failure: { readonly error: unknown } | undefined;
  for (const combination of combinator.combinations) {
    await runs.room(signal);
    if (signal.aborted || failure !== undefined) break;
    const begun = Promise.withResolvers<void>();
    const run = runs
      .one(combination, begun.resolve)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        running.delete(run);
        begun.resolve();
      });
    running.add(run);
    await begun.promise;
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.error;
}

/** What the combinations of a run have in common. */
class Runs {
  readonly #session: RunSession;
  readonly #variables: RunVariables;
  readonly #options: StagesOptions;
  readonly #labels: CombinationLabels;
  #slots: WorkerSlots | undefined;
  #begun = 0;

  constructor(session: RunSession, variables: RunVariables, options: StagesOptions) {
    this.#session = session;
    this.#variables = variables;
    this.#options = options;
    this.#labels = new CombinationLabels(session.mask);
  }

  /** Resolves when workers are idle, or the run is cancelled. */
  async room(signal: AbortSignal): Promise<void> {
    await this.#slots?.room(signal).catch(() => undefined);
  }

  /** Runs one combination; with `onQueued` others may run beside it from that call on. */
  async one(combination: Combination | undefined, onQueued?: () => void): Promise<CombinationVerdict> {
    const rank = ++this.#begun;
    return await runCombination(this.#session, {
      ...this.#options,
      combination,
      labels: this.#labels,
      variables: this.#variables.fork(combination ?? []),
      share: (platform, { concurrency }) => {
        if (onQueued === undefined || !platform.isPristineCheap) return undefined;
        const count = Math.min(concurrency ?? platform.maxEnvironments, platform.maxEnvironments);
        this.#slots ??= new WorkerSlots(count);
        return { slots: this.#slots, rank, onQueued };
      },
    });
  }
}
