import { Command } from "commander";
import { ExitCode } from "../errors/assay-error.ts";
import { makeMask } from "../events/mask.ts";
import { Extensions } from "../extension/load-extension.ts";
import { makePlan } from "../plan/plan.ts";
import { formatDiagnostic } from "../runbook/diagnostics.ts";
import { loadRunbook } from "../runbook/load.ts";
import type { Diagnostic } from "../runbook/types.ts";
import { collectValues } from "./collect-values.ts";

interface CheckOptions {
  readonly runbook: string;
  readonly variable: readonly string[];
  readonly compat: boolean;
  readonly json: boolean;
}

/** `assay check`: loads a runbook, selects its cases and reports every problem, without touching any machine. */
export function checkCommand(): Command {
  return new Command("check")
    .description("Check a runbook without touching any machine.")
    .requiredOption("-r, --runbook <file>", "runbook to check")
    .option("-v, --variable <name:value>", "set a variable; s:name:value for a secret; repeatable", collectValues, [])
    .option("--compat", "only warn of unknown keys that LISA ignores", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", "\nExit codes: 0 the runbook is good, 2 it has errors.")
    .action(async (options: CheckOptions) => {
      const { ok, text } = await check(options);
      process.stdout.write(`${text}\n`);
      process.exitCode = ok ? ExitCode.ok : ExitCode.configuration;
    });
}

async function check(options: CheckOptions): Promise<{ readonly ok: boolean; readonly text: string }> {
  const extensions = new Extensions((await import("@assay/suites")).suites);
  const { runbook, diagnostics, sources, secrets } = await loadRunbook(options.runbook, {
    loadExtensions: extensions.load,
    variables: options.variable,
    environment: process.env,
    isCompatible: options.compat,
  });
  const found = [...diagnostics];
  let cases = 0;
  if (runbook !== undefined) {
    const plan = makePlan({ runbook, suites: extensions.suites, refuse: () => undefined });
    found.push(...plan.diagnostics);
    cases = plan.entries.length;
  }
  const ok = !found.some(({ severity }) => severity === "error");
  const mask = makeMask(secrets);
  if (options.json) return { ok, text: mask(JSON.stringify({ ok, diagnostics: found.map(toJson) })) };
  const color = process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const shown = found.map((each) => formatDiagnostic(each, sources.get(each.position?.file ?? ""), { color }));
  return { ok, text: mask([...shown, summary(options.runbook, found, cases, ok)].join("\n")) };
}

function toJson({ severity, code, message, position, help, trail }: Diagnostic): object {
  return {
    severity,
    code,
    message,
    file: position?.file ?? null,
    line: position?.line ?? null,
    column: position?.column ?? null,
    help: help ?? null,
    trail: trail ?? [],
  };
}

function summary(file: string, found: readonly Diagnostic[], cases: number, ok: boolean): string {
  const errors = found.filter(({ severity }) => severity === "error").length;
  const counted = `${counts(errors, "error")}, ${counts(found.length - errors, "warning")}`;
  return ok ? `'${file}' is good: ${counts(cases, "case")} selected, ${counted}.` : `'${file}' has ${counted}.`;
}

const counts = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
