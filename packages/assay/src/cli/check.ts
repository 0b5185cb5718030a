import { Command, Option } from "commander";
import { ExitCode } from "../errors/assay-error.ts";
import { makeMask } from "../events/mask.ts";
import { Extensions } from "../extension/load-extension.ts";
import { makePlan } from "../plan/plan.ts";
import { formatDiagnostic } from "../runbook/diagnostics.ts";
import { loadRunbook } from "../runbook/load.ts";
import type { Diagnostic, LoadedRunbook } from "../runbook/types.ts";
import { variableNotes } from "../runbook/variables/notes.ts";
import { VariableTrace } from "../runbook/variables/trace.ts";
import { diagnosticJson, githubCommand, sarifLog } from "./check-formats.ts";
import { collectValues } from "./collect-values.ts";
import { version } from "./version.ts";

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

interface Checked extends Omit<LoadedRunbook, "runbook"> {
  readonly ok: boolean;
  /** How many cases are selected. */
  readonly cases: number;
}

async function check(options: CheckOptions): Promise<{ readonly ok: boolean; readonly text: string }> {
  const checked = await findProblems(options);
  const { ok, diagnostics } = checked;
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

async function findProblems({ runbook: file, variable, compat, strict }: CheckOptions): Promise<Checked> {
  const extensions = new Extensions((await import("@assay/suites")).suites);
  const trace = new VariableTrace();
  const { runbook, diagnostics, sources, secrets } = await loadRunbook(file, {
    loadExtensions: extensions.load,
    variables: variable,
    environment: process.env,
    isCompatible: compat,
    trace,
  });
  const found = [...diagnostics];
  let cases = 0;
  if (runbook !== undefined) {
    const plan = makePlan({ runbook, suites: extensions.suites, refuse: () => undefined });
    // With errors some files or sections were not looked at, which may use what seems unused.
    found.push(...plan.diagnostics, ...variableNotes(trace, namesIn(runbook.transformers ?? [])));
    cases = plan.entries.length;
  }
  const judged = strict ? found.map(asStrict) : found;
  const ok = !judged.some(({ severity }) => severity === "error");
  return { ok, diagnostics: judged, sources, secrets, cases };
}

const asStrict = (diagnostic: Diagnostic): Diagnostic =>
  diagnostic.code === "F04" ? { ...diagnostic, severity: "error" } : diagnostic;

/** Every text in the inputs of transformers, in lower case: some take names of variables, which count as uses. */
function namesIn(inputs: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (typeof inputs === "string") names.add(inputs.toLowerCase());
  else if (typeof inputs === "object" && inputs !== null)
    for (const item of Object.values(inputs)) namesIn(item, names);
  return names;
}

function asText(file: string, { diagnostics, sources, cases, ok }: Checked): string {
  const color = process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const shown = diagnostics.map((each) => formatDiagnostic(each, sources.get(each.position?.file ?? ""), { color }));
  return [...shown, summary(file, diagnostics, cases, ok)].join("\n");
}

function summary(file: string, diagnostics: readonly Diagnostic[], cases: number, ok: boolean): string {
  const count = (wanted: Diagnostic["severity"]): number =>
    diagnostics.filter(({ severity }) => severity === wanted).length;
  const notes = count("info") === 0 ? "" : `, ${counted(count("info"), "note")}`;
  const problems = `${counted(count("error"), "error")}, ${counted(count("warning"), "warning")}${notes}`;
  return ok ? `'${file}' is good: ${counted(cases, "case")} selected, ${problems}.` : `'${file}' has ${problems}.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
