import { AssayError } from "../../errors/assay-error.ts";
import { TransformerFailed, UsageError } from "../../errors/catalogue.ts";
import { maskDeep } from "../../events/mask.ts";
import type { CombinationValues, EventOf } from "../../events/types.ts";
import type { Node } from "../../node/node.ts";
import { orderTransformers } from "../../plan/transformers.ts";
import type { TransformerPhase, TransformerSettings } from "../../runbook/types.ts";
import type { Outputs, Transformer } from "../../transformers/transformer.ts";
import type { RunSession } from "../run-session.ts";
import type { RunVariables, Stage } from "../stage.ts";
import { assignOutputs, shownOutputs } from "./outputs.ts";
import { runTransformer } from "./run-transformer.ts";

export interface PhaseOptions {
  readonly session: RunSession;
  readonly variables: RunVariables;
  /** The transformer of a type; undefined when there is none. */
  readonly find: (type: string) => Promise<Transformer | undefined>;
  readonly signal: AbortSignal;
  readonly combination?: CombinationValues;
  /** Of the phase `environment_connected`. */
  readonly target?: { readonly environment: string; readonly node: Node };
  /** Told whether each `kernel_installer` brought its kernel. */
  readonly onKernel?: (isBuilt: boolean) => void;
}

const CLEANING: ReadonlySet<TransformerPhase> = new Set(["expanded_cleanup", "cleanup"]);

/**
 * Runs the transformers of a phase one after the other; each sees what those before it have set. Throws
 * TransformerFailed for the first that fails, or UsageError when the runbook is what is wrong.
 */
export async function runPhase(phase: TransformerPhase, options: PhaseOptions): Promise<void> {
  const { variables, signal } = options;
  // What cleans up goes by the last runbook that was right: why a later one was not has been told.
  const read = (): Promise<Stage> =>
    CLEANING.has(phase) ? variables.stage().catch(() => variables.latest) : variables.stage();
  const first = await read();
  const failures: unknown[] = [];
  const order = orderTransformers(first.runbook.transformers ?? []).phases[phase];
  for (const { name } of order) {
    await options.session.disk.room();
    signal.throwIfAborted();
    // Read again: an earlier one may have set what this one uses, or switch it off.
    const stage = await read();
    const entry = stage.runbook.transformers?.find((each) => each.name === name);
    if (entry?.enabled !== true || takeStanding(entry, options)) continue;
    try {
      await runEntry(entry, stage, options);
    } catch (error) {
      // What cleans up is tried to its end: the first failure must not leave the rest behind.
      if (!CLEANING.has(phase) || signal.aborted) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  // What the last one set is read, so that errors in it come out here.
  await read();
}

/** True for a transformer that need not run again: what it set before the run was cut off is set. */
function takeStanding(
  entry: TransformerSettings,
  { session, variables, combination, onKernel }: PhaseOptions,
): boolean {
  const assigned = session.past?.outputs.take(entry, combination && maskDeep(combination, session.mask));
  if (assigned === undefined) return false;
  variables.assign(assigned);
  if (entry.type === "kernel_installer") {
    const [success] = assignOutputs(entry, { is_success: true });
    onKernel?.(assigned.some(({ name, value }) => name === success?.name && value === true));
  }
  const text = `The transformer '${entry.name}' does not run again: what it set is known.`;
  session.emit({ type: "notice", level: "info", text });
  return true;
}

async function runEntry(entry: TransformerSettings, stage: Stage, options: PhaseOptions): Promise<void> {
  const { session, variables, combination, target } = options;
  const identity = {
    transformer: entry.name,
    kind: entry.type,
    phase: entry.phase,
    folder: session.nextTransformerFolder(entry.name),
    ...(combination === undefined ? {} : { combination }),
    ...(target === undefined ? {} : { environment: target.environment, node: target.node.name }),
  } satisfies Partial<EventOf<"transformer-started">>;
  session.learnSecrets(stage.runbook);
  session.emit({ type: "transformer-started", ...identity });
  const startedMs = performance.now();
  const finished = (message: string, shown: ReturnType<typeof shownOutputs>): void =>
    session.emit({
      type: "transformer-finished",
      ...identity,
      message,
      ...shown,
      elapsedMs: Math.round(performance.now() - startedMs),
    });
  let outputs: Outputs;
  try {
    outputs = await runTransformer(entry, stage, { ...options, folder: identity.folder });
  } catch (error) {
    if (entry.type === "kernel_installer") options.onKernel?.(false);
    const { told, problem } = failureOf(entry, error);
    finished(told, { outputs: {} });
    throw options.signal.aborted ? error : problem;
  }
  if (entry.type === "kernel_installer") options.onKernel?.(outputs.is_success === true);
  const assigned = assignOutputs(entry, outputs);
  session.learnSecrets({
    secrets: assigned.flatMap(({ isSecret, value }) => (isSecret === true ? [String(value)] : [])),
  });
  variables.assign(assigned);
  finished("", shownOutputs(assigned, session.mask));
}

/** What a failed transformer is told as: text for the journal and the error that ends its phase. */
function failureOf(
  entry: TransformerSettings,
  error: unknown,
): { readonly told: string; readonly problem: AssayError } {
  // Anything but an error of assay is a defect of the transformer, often of an extension: its class helps the author.
  const isKnown = error instanceof AssayError;
  const told = isKnown ? error.message : error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = `The transformer '${entry.name}' failed: ${told}`;
  const details = { cause: error, ...(isKnown && error.help !== undefined ? { help: error.help } : {}) };
  const isRunbookWrong = isKnown && error.failureClass === "configuration";
  return { told, problem: isRunbookWrong ? new UsageError(message, details) : new TransformerFailed(message, details) };
}
