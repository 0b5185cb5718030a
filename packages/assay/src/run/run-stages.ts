import { AssayError, ExitCode } from "../errors/assay-error.ts";
import { UsageError } from "../errors/catalogue.ts";
import type { Plan } from "../plan/plan.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Combinator } from "../runbook/combinators/combinator.ts";
import type { TransformerPhase } from "../runbook/types.ts";
import type { Transformer } from "../transformers/transformer.ts";
import { runCombinations } from "./run-combinations.ts";
import type { RunReport } from "./run-report.ts";
import { RunSession, type SessionOptions } from "./run-session.ts";
import { type LoadStage, RunVariables, type Stage } from "./stage.ts";
import { runPhase } from "./transform/run-phase.ts";

/** How long what cleans up may take, also when the run was interrupted. */
const CLEANUP_MS = 30 * 60_000;

export interface StagesOptions extends Omit<SessionOptions, "runbook"> {
  /** The runbook before anything has run. */
  readonly first: Stage;
  readonly load: LoadStage;
  /** The plan for a runbook in which everything is known; throws UsageError with all that is wrong. */
  readonly plan: (stage: Stage, platform: Platform) => Plan;
  readonly makePlatform: (stage: Stage) => Promise<Platform>;
  /** Undefined when the runbook has none. */
  readonly makeCombinator: (stage: Stage, signal: AbortSignal) => Promise<Combinator | undefined>;
  /** The transformer of a type; undefined when there is none. */
  readonly findTransformer: (type: string) => Promise<Transformer | undefined>;
}

/**
 * Runs a runbook whose plan depends on what transformers and combinators give: transformers of the phase `init`, then
 * each combination with its own plan and platform, then the phase `cleanup`, which comes also after errors.
 */
export async function runStages(options: StagesOptions): Promise<RunReport> {
  const { first, load, signal, findTransformer } = options;
  using session = new RunSession({ ...options, runbook: first.runbook });
  session.start({ platform: first.runbook.platform.type, plan: [], excluded: [], isPlanOpen: true });
  const variables = new RunVariables(load, first);
  const runRootPhase = (phase: TransformerPhase, phaseSignal: AbortSignal): Promise<void> =>
    runPhase(phase, { session, variables, find: findTransformer, signal: phaseSignal });
  try {
    await runRootPhase("init", signal);
    await runCombinations(session, variables, options);
  } catch (error) {
    endEarly(session, error);
  }
  try {
    await runRootPhase("cleanup", AbortSignal.timeout(CLEANUP_MS));
  } catch (error) {
    session.emit({ type: "notice", level: "warn", text: `The clean-up did not end well: ${messageOf(error)}` });
  }
  return await session.finish();
}

/** What ends a run early is told in its verdict; defects are not, they come out. */
function endEarly(session: RunSession, error: unknown): void {
  if (session.options.signal.aborted) return;
  if (!(error instanceof AssayError)) throw error;
  const { message, help, exitCode } = error;
  session.emit({ type: "notice", level: "error", text: message, ...(help === undefined ? {} : { help }) });
  session.giveUp(message, error instanceof UsageError || exitCode === ExitCode.configuration);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
