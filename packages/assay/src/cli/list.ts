import { Command, Option } from "commander";
import { makePlan } from "../plan/plan.ts";
import type { Case } from "../suite/suite.ts";
import { collectValues } from "./collect-values.ts";
import { loadChecked } from "./load-checked.ts";

interface ListOptions {
  readonly runbook?: string;
  readonly variable: readonly string[];
  readonly all: boolean;
  readonly json: boolean;
}

/** `assay list`: the cases of the catalogue, or those a runbook selects, in the order in which they would start. */
export function listCommand(): Command {
  return new Command("list")
    .description("List the cases of the catalogue, or those a runbook selects.")
    .option("-r, --runbook <file>", "list only what this runbook selects")
    .option("-v, --variable <name:value>", "set a variable; s:name:value for a secret; repeatable", collectValues, [])
    .option("-a, --all", "list every case whatever the runbook says", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addOption(new Option("-t, --type <type>", "what to list").choices(["case"]).default("case").hideHelp())
    .action(async (options: ListOptions) => {
      const cases = await casesOf(options);
      process.stdout.write(`${options.json ? JSON.stringify({ cases: cases.map(toJson) }) : asTable(cases)}\n`);
    });
}

async function casesOf({ runbook: file, variable, all }: ListOptions): Promise<readonly Case[]> {
  if (file === undefined) return (await import("@assay/suites")).suites.flatMap((suite) => suite.cases);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const { runbook, extensions, judge } = await loadChecked(file, { variables: variable, purpose: "look" }, say);
  const { suites } = extensions;
  if (all) return suites.flatMap((suite) => suite.cases);
  const plan = makePlan({ runbook, suites, refuse: () => undefined });
  judge(plan.diagnostics);
  // A case that runs several times is listed once.
  return [...new Set(plan.entries.map((entry) => entry.case))];
}

function toJson(testCase: Case): object {
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
