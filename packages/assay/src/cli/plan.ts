import { Command, Option } from "commander";
import { DEFAULT_RUNBOOK } from "../engine/default-runbook.ts";
import { loadRunbook, plan } from "../engine/index.ts";
import { ExitCode } from "../errors/assay-error.ts";
import type { SchedulePolicy } from "../plan/order.ts";
import { collectValues } from "./collect-values.ts";
import { planJson } from "./plan-json.ts";
import { planText } from "./plan-text.ts";
import { problemText } from "./problem-text.ts";
import { scheduleOption, wholeNumber } from "./run-options.ts";

interface PlanCommandOptions {
  readonly runbook: string;
  readonly variable: readonly string[];
  readonly platform?: string;
  readonly compat: boolean;
  readonly json: boolean;
  readonly limit: number;
  readonly schedule?: SchedulePolicy;
  readonly log_path: string;
}

const JSON_HELP = `
--json prints one document:
  ok, runbook, name
  diagnostics    as 'assay check --json', each with blocksRun (a run refuses it) and the number of combinations it is in
  transformers   phase, name, type and enabled of each, in the order in which they run
  combinator     type; size, null when it is known in the run only; unknown, the reason for that
  combinations   values, name and plan (an id) of each, in order
  plans          id, platform, number of combinations, cost; environments (name, use, count, cost); results in the order
                 in which they start; skipped results with the reason
  totals         combinations, results, skipped, cost
Costs are points: one a processor, a hundred a graphics processor, nothing for machines that are there already.

Exit codes: 0 planned, 2 the runbook has errors.`;

/** `assay plan`: what a runbook would run, without touching any machine. */
export function planCommand(): Command {
  return new Command("plan")
    .description("Show what a runbook would run, without touching any machine.")
    .addOption(
      new Option("-r, --runbook <file>", "runbook").default(
        DEFAULT_RUNBOOK,
        "the runbook 'default.yml' that comes with assay",
      ),
    )
    .option("-v, --variable <name:value>", "set a variable; s:name:value for a secret; repeatable", collectValues, [])
    .option("--platform <type>", "platform instead of the runbook's")
    .addOption(scheduleOption())
    .option("-l, --log_path <folder>", "folder of the runs, for --schedule fail-fast", "runs")
    .option("--compat", "only warn of unknown keys that LISA ignores", false)
    .option("--limit <lines>", "most lines of each table; 0 shows all", wholeNumber("--limit"), 40)
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", JSON_HELP)
    .action(async (options: PlanCommandOptions) => {
      const { runbook: path, variable, platform, compat, schedule, log_path: logPath } = options;
      const file = await loadRunbook(path, {
        variables: variable,
        environment: process.env,
        isCompatible: compat,
        ...(platform !== undefined && { platform }),
      });
      const { expanded, isGood } = await plan(file, { logPath, ...(schedule !== undefined && { schedule }) });
      if (options.json) {
        process.stdout.write(`${file.mask(JSON.stringify(planJson(path, expanded, isGood)))}\n`);
      } else {
        const color = process.stderr.isTTY === true && (process.env.NO_COLOR ?? "") === "";
        for (const problem of expanded.problems) process.stderr.write(`${problemText(problem, file, color)}\n`);
        const limit = options.limit === 0 ? Number.POSITIVE_INFINITY : options.limit;
        if (expanded.runbook !== undefined) process.stdout.write(`${file.mask(planText(expanded, limit))}\n`);
      }
      process.exitCode = isGood ? ExitCode.ok : ExitCode.configuration;
    });
}
