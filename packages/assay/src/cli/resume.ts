import { Command } from "commander";
import { resume } from "../engine/index.ts";
import { carryOut } from "./carry-out.ts";
import { collectValues } from "./collect-values.ts";

interface ResumeCommandOptions {
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
    .action(async (run: string | undefined, options: ResumeCommandOptions) => {
      process.exitCode = await carryOut(options, async (shown) =>
        resume(run, {
          variables: options.variable,
          environment: process.env,
          acceptChanges: options.acceptChanges,
          logPath: options.log_path,
          ...shown,
        }),
      );
    });
}
