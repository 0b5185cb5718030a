import type { Command } from "commander";
import { executeRun } from "../engine/execute-run.ts";
import type { RunReport } from "../run/run.ts";
import { reportError } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOfError, jsonOfReport } from "./run-json.ts";
import { declareRunCommand, type RunCommandOptions } from "./run-options.ts";

/** `assay run`: a thin client of the engine. */
export function runCommand(): Command {
  return declareRunCommand().action(async (cases: readonly string[], options: RunCommandOptions) => {
    const output = async (): Promise<{ document: object; exitCode: number }> => {
      const report = await execute(cases, options);
      return { document: jsonOfReport(report), exitCode: report.exitCode };
    };
    const { document, exitCode } = await (options.json
      ? output().catch((error: unknown) => {
          const told = reportError(error, options.debug);
          process.stderr.write(`${told.text}\n`);
          return { document: jsonOfError(told), exitCode: told.exitCode };
        })
      : output());
    if (options.json) {
      process.stdout.write(`${JSON.stringify(document)}\n`);
    }
    process.exitCode = exitCode;
  });
}

async function execute(cases: readonly string[], options: RunCommandOptions): Promise<RunReport> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  using interrupt = interruptSignal(say);
  return await executeRun({ cases, options, say, signal: interrupt.signal });
}
