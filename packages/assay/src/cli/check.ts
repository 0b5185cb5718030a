import { Command, Option } from "commander";
import { check, loadRunbook, type RunbookCheck, type RunbookFile } from "../engine/index.ts";
import { version } from "../engine/version.ts";
import { ExitCode } from "../errors/assay-error.ts";
import type { Diagnostic } from "../runbook/types.ts";
import { diagnosticJson, githubCommand, sarifLog } from "./check-formats.ts";
import { collectValues } from "./collect-values.ts";
import { problemText } from "./problem-text.ts";

interface CheckCommandOptions {
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
    .action(async (options: CheckCommandOptions) => {
      const { ok, text } = await checkFile(options);
      if (text !== "") process.stdout.write(`${text}\n`);
      process.exitCode = ok ? ExitCode.ok : ExitCode.configuration;
    });
}

async function checkFile(options: CheckCommandOptions): Promise<{ readonly ok: boolean; readonly text: string }> {
  const { runbook: path, variable: variables, compat: isCompatible, strict: isStrict } = options;
  const file = await loadRunbook(path, { variables, isCompatible, environment: process.env });
  const checked = await check(file, { isStrict });
  const ok = checked.isGood;
  const diagnostics = checked.problems.map(({ diagnostic }) => diagnostic);
  switch (options.json ? "json" : options.format) {
    case "json":
      return { ok, text: file.mask(JSON.stringify({ ok, diagnostics: diagnostics.map(diagnosticJson) })) };
    case "sarif":
      return { ok, text: file.mask(JSON.stringify(sarifLog(diagnostics, version()))) };
    case "github":
      return { ok, text: file.mask(diagnostics.map(githubCommand).join("\n")) };
    case "text":
      return { ok, text: asText(file, checked) };
  }
}

function asText(file: RunbookFile, checked: RunbookCheck): string {
  const color = process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const shown = checked.problems.map((problem) => problemText(problem, file, color));
  const diagnostics = checked.problems.map(({ diagnostic }) => diagnostic);
  return [...shown, summary(file.path, diagnostics, checked.results, checked.isGood)].join("\n");
}

function summary(file: string, diagnostics: readonly Diagnostic[], cases: number, ok: boolean): string {
  const count = (wanted: Diagnostic["severity"]): number =>
    diagnostics.filter(({ severity }) => severity === wanted).length;
  const notes = count("info") === 0 ? "" : `, ${counted(count("info"), "note")}`;
  const problems = `${counted(count("error"), "error")}, ${counted(count("warning"), "warning")}${notes}`;
  return ok ? `'${file}' is good: ${counted(cases, "case")} selected, ${problems}.` : `'${file}' has ${problems}.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
