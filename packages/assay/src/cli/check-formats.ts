import { workflowCommand } from "../report/github/workflow-command.ts";
import type { Diagnostic } from "../runbook/types.ts";

/** One problem as programs read it; what a problem does not have is null. */
export function diagnosticJson({ severity, code, message, position, help, trail }: Diagnostic): object {
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

const LEVELS = { error: "error", warning: "warning", info: "note" } as const;

/** The problems as a SARIF 2.1.0 log, which code scanning services read. */
export function sarifLog(diagnostics: readonly Diagnostic[], version: string): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "assay", version, rules: codes.map((id) => ({ id })) } },
        results: diagnostics.map((diagnostic) => ({
          ruleId: diagnostic.code,
          level: LEVELS[diagnostic.severity],
          message: { text: withHelp(diagnostic) },
          locations: locationsOf(diagnostic),
        })),
      },
    ],
  };
}

function locationsOf({ position }: Diagnostic): readonly object[] {
  if (position === undefined) return [];
  const { file, line, column } = position;
  const artifactLocation = { uri: file.split("/").map(encodeURIComponent).join("/") };
  return [{ physicalLocation: { artifactLocation, region: { startLine: line, startColumn: column } } }];
}

const COMMANDS = { error: "error", warning: "warning", info: "notice" } as const;

/** One problem as a workflow command of GitHub, which shows it beside the line. */
export function githubCommand(diagnostic: Diagnostic): string {
  const { severity, code, position } = diagnostic;
  const place = position === undefined ? {} : { file: position.file, line: position.line, col: position.column };
  return workflowCommand(COMMANDS[severity], { ...place, title: code }, withHelp(diagnostic));
}

const withHelp = ({ message, help }: Diagnostic): string => (help === undefined ? message : `${message} ${help}`);
