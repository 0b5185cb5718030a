import { dirname, join, resolve } from "node:path";
import { UsageError } from "../../errors/catalogue.ts";
import { readWholeLines } from "../../events/journal.ts";
import { isOpenForWriting } from "../../host/open-for-writing.ts";
import { holdRun } from "../../run/hold-run.ts";
import { PastRun } from "../../run/resume/past-run.ts";
import type { RunReport } from "../../run/run.ts";
import type { EventTail } from "../event-tail.ts";
import { executeRun } from "../execute-run.ts";
import { findRun, JOURNAL } from "../report/find-run.ts";
import type { ResumeOptions } from "../run-options.ts";
import { OpenRunbookFile } from "../runbook-file.ts";
import { variableArguments } from "../variable-arguments.ts";
import { recordedOptions } from "./recorded-options.ts";
import { reportOfPast } from "./report-of-past.ts";
import { restoreInputs } from "./restore-inputs.ts";

/** What going on with a run needs besides its options. */
export interface ResumeRequest {
  /** Name below the folder of the runs, run folder or journal; undefined for the newest. */
  readonly run: string | undefined;
  readonly options: ResumeOptions;
  readonly signal: AbortSignal;
  readonly tail: EventTail;
}

/** Goes on with a run that was cut off; of one that is over gives the report. Throws UsageError when neither can be. */
export async function resumeRun({ run, options, signal, tail }: ResumeRequest): Promise<RunReport> {
  signal.throwIfAborted();
  const folder = findRun(run, resolve(options.logPath ?? "runs"));
  const journal = join(folder, JOURNAL);
  await using _held = await holdRun(folder);
  // One that sees other processes than we do, such as a run outside of this container, does not see the lock either.
  if (await isOpenForWriting(journal)) {
    throw new UsageError(`The run '${folder}' is going on: a process on this machine writes its journal.`, {
      help: "Wait until it is over.",
    });
  }
  const past = PastRun.of(readWholeLines(journal));
  if (past === undefined) {
    throw new UsageError(`The run '${folder}' was cut off before anything was done.`, {
      help: "Start it again with 'assay run'.",
    });
  }
  const { end } = past;
  if (end !== undefined && end.isCutShort !== true) {
    options.onNotice?.({
      kind: "resume",
      text: `The run '${folder}' is over: ${end.reason} Nothing is left to do.`,
    });
    tail.grew(journal, past.lastSeq);
    return reportOfPast(past, end, journal);
  }
  return await goOnWith(past, folder, { run, options, signal, tail });
}

async function goOnWith(past: PastRun, folder: string, { options, signal, tail }: ResumeRequest): Promise<RunReport> {
  if (past.inputs === undefined) {
    throw new UsageError(`The journal of the run '${folder}' does not say what the run was asked to do.`, {
      help: "An older version of assay wrote it. Start the run again with 'assay run'.",
    });
  }
  const { acceptChanges = false, variables = {}, secrets = {}, environment = {}, suites, extensions } = options;
  const { notifiers, reports, onNotice } = options;
  const restored = restoreInputs(past.inputs, { variables: variableArguments(variables, secrets), environment });
  const { platform, isCompatible, ...recorded } = recordedOptions(restored.options);
  const file = await OpenRunbookFile.open(restored.runbook, {
    variables: restored.variables,
    environment: restored.environment,
    ...(platform !== undefined && { platform }),
    ...(isCompatible !== undefined && { isCompatible }),
    ...(suites !== undefined && { suites }),
    ...(extensions !== undefined && { extensions }),
  });
  return await executeRun({
    file,
    options: {
      ...recorded,
      cases: restored.cases,
      // Earlier runs lie where this one does; an order may depend on them.
      logPath: dirname(folder),
      ...(notifiers !== undefined && { notifiers }),
      ...(reports !== undefined && { reports }),
      ...(onNotice !== undefined && { onNotice }),
    },
    signal,
    tail,
    resumed: { past, folder, acceptsChanges: acceptChanges },
  });
}
