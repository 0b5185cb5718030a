import { Command, Option } from "commander";
import { version } from "../engine/version.ts";
import { ExitCode } from "../errors/assay-error.ts";
import { makeMask } from "../events/mask.ts";
import { Extensions } from "../extension/load-extension.ts";
import { type ExpandedProblem, expandRunbook } from "../plan/expand.ts";
import { openRunbook } from "../runbook/load.ts";
import type { Diagnostic } from "../runbook/types.ts";
import { variableNotes } from "../runbook/variables/notes.ts";
import { VariableTrace } from "../runbook/variables/trace.ts";
import { diagnosticJson, githubCommand, sarifLog } from "./check-formats.ts";
import { collectValues } from "./collect-values.ts";
import { problemText } from "./problem-text.ts";

/** Combinations that are looked at; more are not. */
const MOST_COMBINATIONS = 10_000;

interface CheckOptions {
  readonly runbook: string;
  readonly variable: readonly string[];
  readonly compat: boolean;
  readonly strict: boolean;
  readonly json: boolean;
  readonly format: "text" | "json" | "sarif" | "github";
}

/** `assay check`: loads a runbook, selects its cases and reports every problem, without touching any machine. */
export function checkCommand(): Command {
  return new Command("check")
    .description("Check a runbook without touching any machine.")
    .requiredOption("-r, --runbook <file>", "runbook to check")
    .option("-v, --variable <name:value>", "set a variable; s:name:value for a secret; repeatable", collectValues, [])
    .option("--compat", "only warn of unknown keys that LISA ignores", false)
    .option("--strict", "a key that stands twice is an error", false)
    .option("--json", "the same as --format json", false)
    .addOption(
      new Option("--format <format>", "how to print the problems")
        .choices(["text", "json", "sarif", "github"])
        .default("text"),
    )
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", "\nExit codes: 0 the runbook is good, 2 it has errors.")
    .action(async (options: CheckOptions) => {
      const { ok, text } = await check(options);
      if (text !== "") process.stdout.write(`${text}\n`);
      process.exitCode = ok ? ExitCode.ok : ExitCode.configuration;
    });
}

interface Checked {
  readonly ok: boolean;
  readonly problems: readonly ExpandedProblem[];
  readonly sources: ReadonlyMap<string, string>;
  readonly secrets: readonly string[];
  /** How many results there will be. */
  readonly cases: number;
}

async function check(options: CheckOptions): Promise<{ readonly ok: boolean; readonly text: string }> {
  const checked = await findProblems(options);
  const { ok } = checked;
  const diagnostics = checked.problems.map(({ diagnostic }) => diagnostic);
  const mask = makeMask(checked.secrets);
  switch (options.json ? "json" : options.format) {
    case "json":
      return { ok, text: mask(JSON.stringify({ ok, diagnostics: diagnostics.map(diagnosticJson) })) };
    case "sarif":
      return { ok, text: mask(JSON.stringify(sarifLog(diagnostics, version()))) };
    case "github":
      return { ok, text: mask(diagnostics.map(githubCommand).join("\n")) };
    case "text":
      return { ok, text: mask(asText(options.runbook, checked)) };
  }
}

/** Loads the runbook and each of its combinations and selects their cases; which platform serves them is not asked. */
async function findProblems({ runbook: file, variable, compat, strict }: CheckOptions): Promise<Checked> {
  const extensions = new Extensions((await import("@assay/suites")).suites);
  const trace = new VariableTrace();
  const loader = await openRunbook(file, {
    loadExtensions: extensions.load,
    variables: variable,
    environment: process.env,
    isCompatible: compat,
    trace,
  });
  const { runbook, problems, sources, secrets, combinations } = await expandRunbook({
    load: (assigned) => loader.load(assigned),
    suites: () => extensions.suites,
    refusals: { sectionKeys: [], of: () => () => undefined },
    mostCombinations: MOST_COMBINATIONS,
  });
  // With errors some files or sections were not looked at, which may use what seems unused.
  const notes = runbook === undefined ? [] : variableNotes(trace, namesIn(runbook.transformers ?? []));
  const found = [...problems, ...notes.map((diagnostic) => ({ diagnostic, combinations: 0, first: [] }))];
  const judged = strict ? found.map(asStrict) : found;
  return {
    ok: !judged.some(({ diagnostic }) => diagnostic.severity === "error"),
    problems: judged,
    sources,
    secrets: [...secrets],
    cases: combinations.reduce((sum, { plan }) => sum + plan.entries.length, 0),
  };
}

const asStrict = (problem: ExpandedProblem): ExpandedProblem =>
  problem.diagnostic.code === "F04"
    ? { ...problem, diagnostic: { ...problem.diagnostic, severity: "error" } }
    : problem;

/** Every text in the inputs of transformers, in lower case: some take names of variables, which count as uses. */
function namesIn(inputs: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (typeof inputs === "string") names.add(inputs.toLowerCase());
  else if (typeof inputs === "object" && inputs !== null)
    for (const item of Object.values(inputs)) namesIn(item, names);
  return names;
}

function asText(file: string, checked: Checked): string {
  const color = process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const shown = checked.problems.map((problem) => problemText(problem, checked.sources, color));
  const diagnostics = checked.problems.map(({ diagnostic }) => diagnostic);
  return [...shown, summary(file, diagnostics, checked.cases, checked.ok)].join("\n");
}

function summary(file: string, diagnostics: readonly Diagnostic[], cases: number, ok: boolean): string {
  const count = (wanted: Diagnostic["severity"]): number =>
    diagnostics.filter(({ severity }) => severity === wanted).length;
  const notes = count("info") === 0 ? "" : `, ${counted(count("info"), "note")}`;
  const problems = `${counted(count("error"), "error")}, ${counted(count("warning"), "warning")}${notes}`;
  return ok ? `'${file}' is good: ${counted(cases, "case")} selected, ${problems}.` : `'${file}' has ${problems}.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
