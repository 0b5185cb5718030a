import { Command } from "commander";
import { DEFAULT_RUNBOOK } from "../engine/default-runbook.ts";
import { ExitCode } from "../errors/assay-error.ts";
import { makeMask } from "../events/mask.ts";
import { Extensions } from "../extension/load-extension.ts";
import { type ExpandedRunbook, expandRunbook } from "../plan/expand.ts";
import { loadRefusals } from "../run/static-refusal.ts";
import { openRunbook } from "../runbook/load.ts";
import { collectValues } from "./collect-values.ts";
import { planJson } from "./plan-json.ts";
import { planText } from "./plan-text.ts";
import { problemText } from "./problem-text.ts";

interface PlanCommandOptions {
  readonly runbook: string;
  readonly variable: readonly string[];
  readonly platform?: string;
  readonly compat: boolean;
  readonly json: boolean;
  readonly limit: string;
}

/** Combinations that are looked at; more are counted. */
const MOST_COMBINATIONS = 10_000;

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
    .option(
      "-r, --runbook <file>",
      "runbook (default: the runbook 'default.yml' that comes with assay)",
      DEFAULT_RUNBOOK,
    )
    .option("-v, --variable <name:value>", "set a variable; s:name:value for a secret; repeatable", collectValues, [])
    .option("--platform <type>", "platform instead of the runbook's")
    .option("--compat", "only warn of unknown keys that LISA ignores", false)
    .option("--limit <lines>", "most lines of each table; 0 shows all", "40")
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", JSON_HELP)
    .action(async (options: PlanCommandOptions) => {
      const expanded = await expand(options);
      const isGood = !expanded.problems.some(({ diagnostic }) => diagnostic.severity === "error");
      const mask = makeMask([...expanded.secrets], expanded.runbook?.secretMasks);
      if (options.json) {
        process.stdout.write(`${mask(JSON.stringify(planJson(options.runbook, expanded, isGood)))}\n`);
      } else {
        const color = process.stderr.isTTY === true && (process.env.NO_COLOR ?? "") === "";
        for (const problem of expanded.problems)
          process.stderr.write(`${mask(problemText(problem, expanded.sources, color))}\n`);
        const limit = /^\d+$/.test(options.limit) ? Number(options.limit) || Number.POSITIVE_INFINITY : 40;
        if (expanded.runbook !== undefined) process.stdout.write(`${mask(planText(expanded, limit))}\n`);
      }
      process.exitCode = isGood ? ExitCode.ok : ExitCode.configuration;
    });
}

async function expand({ runbook, variable, platform, compat }: PlanCommandOptions): Promise<ExpandedRunbook> {
  const extensions = new Extensions((await import("@assay/suites")).suites);
  const loader = await openRunbook(runbook, {
    variables: variable,
    environment: process.env,
    isCompatible: compat,
    loadExtensions: extensions.load,
    ...(platform !== undefined && { platform }),
  });
  return await expandRunbook({
    load: (assigned) => loader.load(assigned),
    suites: () => extensions.suites,
    refusals: await loadRefusals(),
    mostCombinations: MOST_COMBINATIONS,
  });
}
