import { join, resolve } from "node:path";
import { Command } from "commander";
import { executeRun } from "../engine/execute-run.ts";
import { findRun, JOURNAL } from "../engine/report/find-run.ts";
import { restoreInputs } from "../engine/resume/restore-inputs.ts";
import { UsageError } from "../errors/catalogue.ts";
import { summarizeRun } from "../events/folds/run-summary.ts";
import { readWholeLines } from "../events/journal.ts";
import { isOpenForWriting } from "../host/open-for-writing.ts";
import { runDocument } from "../report/run-document.ts";
import { PastRun } from "../run/resume/past-run.ts";
import { collectValues } from "./collect-values.ts";
import { reportError } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOfError, jsonOfReport } from "./run-json.ts";
import { declareRunCommand, type RunCommandOptions } from "./run-options.ts";

interface ResumeOptions {
  readonly variable: readonly string[];
  readonly acceptChanges: boolean;
  readonly json: boolean;
  readonly debug: boolean;
  readonly log_path: string;
}

const HELP = `
RUN is the name of a run below 'runs', a run folder or its journal; 'latest' (the default) is the newest. The run goes on
in its folder and its journal: final results stand, cases that were in flight run again, and reports are about the whole
run. Runbook, variables and options are those of the first time; secrets are never kept on disk and are given again.

Exit codes: those of 'assay run'. A run that is over says so and ends with its own.`;

/** `assay resume`: goes on with a run that was killed, interrupted or stopped by a full disk. */
export function resumeCommand(): Command {
  return new Command("resume")
    .description("Go on with a run that was cut off.")
    .argument("[run]", "the run (default: latest)")
    .option("-v, --variable <name:value>", "a secret of the run again: s:name:value; repeatable", collectValues, [])
    .option("--accept-changes", "go on although runbook or variables have changed", false)
    .option("--json", "print one JSON document on standard output; progress goes to standard error", false)
    .option("-l, --log_path <folder>", "folder of the run folders", "runs")
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", HELP)
    .action(async (run: string | undefined, options: ResumeOptions) => {
      const { document, exitCode } = await (options.json
        ? goOn(run, options).catch((error: unknown) => {
            const told = reportError(error, options.debug);
            process.stderr.write(`${told.text}\n`);
            return { document: jsonOfError(told), exitCode: told.exitCode };
          })
        : goOn(run, options));
      if (options.json) process.stdout.write(`${JSON.stringify(document)}\n`);
      process.exitCode = exitCode;
    });
}

interface Output {
  readonly document: object;
  readonly exitCode: number;
}

async function goOn(run: string | undefined, options: ResumeOptions): Promise<Output> {
  const folder = findRun(run, resolve(options.log_path));
  const journal = join(folder, JOURNAL);
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
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const { end } = past;
  if (end !== undefined && end.isCutShort !== true) {
    say(`The run '${folder}' is over: ${end.reason} Nothing is left to do.`);
    const reports = { html: null, junit: null, journal };
    return { document: runDocument(summarizeRun(past.journal.events), reports), exitCode: end.exitCode };
  }
  using interrupt = interruptSignal(say);
  return await goOnWith(past, folder, options, say, interrupt.signal);
}

async function goOnWith(
  past: PastRun,
  folder: string,
  { variable: variables, acceptChanges: acceptsChanges, json, debug }: ResumeOptions,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Output> {
  if (past.inputs === undefined) {
    throw new UsageError(`The journal of the run '${folder}' does not say what the run was asked to do.`, {
      help: "An older version of assay wrote it. Start the run again with 'assay run'.",
    });
  }
  if (past.started.platform === "qemu") await removeMachines(say);
  const {
    cases,
    environment,
    runbook,
    variable,
    options: kept,
  } = restoreInputs(past.inputs, {
    variables,
    environment: process.env,
  });
  const options: RunCommandOptions = {
    ...declareRunCommand().opts<RunCommandOptions>(),
    ...kept,
    ...{ runbook, variable, json, debug },
  };
  const resumed = { past, folder, acceptsChanges };
  const report = await executeRun({ cases, options, say, signal, environment, resumed });
  return { document: jsonOfReport(report), exitCode: report.exitCode };
}

/** Machines that the dead process has left take memory from those that are made now. */
async function removeMachines(say: (text: string) => void): Promise<void> {
  const { cleanOrphans } = await import("../platforms/qemu/orphans.ts");
  for (const { name, runId } of (await cleanOrphans()).removed) say(`Removed '${name}' of run '${runId}'.`);
}
