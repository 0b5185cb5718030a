import { Command, Option } from "commander";
import { DEFAULT_RUNBOOK } from "../engine/default-runbook.ts";
import { makeMask } from "../events/mask.ts";
import { explainCases } from "../plan/explain-case.ts";
import { makePlan } from "../plan/plan.ts";
import { fullNameOf } from "../plan/select.ts";
import { loadRefusals } from "../run/static-refusal.ts";
import type { Case } from "../suite/suite.ts";
import { collectValues } from "./collect-values.ts";
import { loadToLook } from "./load-to-look.ts";
import { table } from "./table.ts";

interface ListOptions {
  readonly runbook?: string;
  readonly variable: readonly string[];
  readonly all: boolean;
  readonly explain: boolean;
  readonly json: boolean;
}

/** `assay list`: the cases of the catalogue, or those a runbook selects, in the order in which they would start. */
export function listCommand(): Command {
  return new Command("list")
    .description("List the cases of the catalogue, or those a runbook selects.")
    .option("-r, --runbook <file>", "list only what this runbook selects")
    .option("-v, --variable <name:value>", "set a variable; s:name:value for a secret; repeatable", collectValues, [])
    .option("-a, --all", "list every case whatever the runbook says", false)
    .option("--explain", "list every case with the rule that selects it or leaves it out", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addOption(new Option("-t, --type <type>", "what to list").choices(["case"]).default("case").hideHelp())
    .addHelpText("after", "\nExit codes: 0 listed, 2 the runbook has errors.")
    .action(async (options: ListOptions) => {
      if (options.explain) {
        process.stdout.write(`${await explainAll(options)}\n`);
        return;
      }
      const cases = await casesOf(options);
      process.stdout.write(`${options.json ? JSON.stringify({ cases: cases.map(toJson) }) : asTable(cases)}\n`);
    });
}

async function casesOf({ runbook: file, variable, all }: ListOptions): Promise<readonly Case[]> {
  if (file === undefined) return (await import("@assay/suites")).suites.flatMap((suite) => suite.cases);
  const { runbook, extensions, judge } = await loadToLook(file, { variables: variable });
  const { suites } = extensions;
  if (all) return suites.flatMap((suite) => suite.cases);
  const plan = makePlan({ runbook, suites, refuse: () => undefined });
  judge(plan.diagnostics);
  // A case that runs several times is listed once.
  return [...new Set(plan.entries.map((entry) => entry.case))];
}

/** One line a case: whether it runs, and why; 'assay explain' tells all of it. */
async function explainAll({ runbook: file = DEFAULT_RUNBOOK, variable, json }: ListOptions): Promise<string> {
  const { runbook, extensions } = await loadToLook(file, { variables: variable });
  const cases = extensions.suites.flatMap((suite) => suite.cases);
  const refusals = await loadRefusals();
  await refusals.learn?.(runbook);
  const refuse = refusals.of(runbook);
  const explained = [...explainCases(cases, { cases, filters: runbook.filters, refuse })];
  const mask = makeMask(runbook.secrets, runbook.secretMasks);
  if (json) {
    const documents = explained.map(([each, { outcome, reason }]) => ({ ...toJson(each), outcome, reason }));
    return mask(JSON.stringify({ cases: documents }));
  }
  const rows = explained.map(([each, { outcome, reason }]) => [fullNameOf(each), outcome, reason]);
  return mask(table([["CASE", "OUTCOME", "WHY"], ...rows]).join("\n"));
}

function toJson(testCase: Case): Readonly<Record<string, unknown>> {
  const { name, suite, priority, about, tags, maturity, timeoutMs } = testCase;
  return {
    suite: suite.name,
    case: name,
    area: suite.area,
    category: suite.category,
    priority,
    maturity,
    tags,
    timeoutMs,
    about,
  };
}

function asTable(cases: readonly Case[]): string {
  const rows = [
    ["CASE", "SUITE", "AREA", "PRIORITY", "ABOUT"],
    ...cases.map(({ name, suite, priority, about }) => [name, suite.name, suite.area, String(priority), about]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, "", `${cases.length} ${cases.length === 1 ? "case" : "cases"}`].join("\n");
}
