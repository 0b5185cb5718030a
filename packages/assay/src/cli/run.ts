import type { Command } from "commander";
import { DEFAULT_RUNBOOK } from "../engine/default-runbook.ts";
import { loadRunbook, run } from "../engine/index.ts";
import { carryOut } from "./carry-out.ts";
import { declareRunCommand, type RunCommandOptions, runOptionsOf } from "./run-options.ts";

/** `assay run`: a thin client of the engine. */
export function runCommand(): Command {
  return declareRunCommand().action(async (cases: readonly string[], options: RunCommandOptions) => {
    process.exitCode = await carryOut(options, async (shown) => {
      const file = await loadRunbook(options.runbook ?? DEFAULT_RUNBOOK, {
        variables: options.variable,
        environment: process.env,
        ...(options.platform !== undefined && { platform: options.platform }),
      });
      return run(file, { cases, ...runOptionsOf(options), ...shown });
    });
  });
}
