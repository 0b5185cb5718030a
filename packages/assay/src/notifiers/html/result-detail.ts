import type { EnvironmentSummary, ResultSummary } from "../../events/folds/run-summary.ts";
import { formatBytes, formatDuration, formatNumber } from "../../units/readable.ts";
import type { CaseEvidence } from "../case-evidence.ts";
import { repetitionText } from "../repetition-text.ts";
import { type Look, lookOfStatus } from "./status-words.ts";

/** What the page shows when a result is opened. All numbers are text already: the page only places it. */
export interface ResultDetail {
  readonly about: string;
  /** Where the row itself has only its beginning; else empty. */
  readonly message: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly times: readonly DetailTime[];
  readonly stack: string;
  readonly panic: string;
  readonly subtests: readonly (Look & { readonly name: string; readonly message: string; readonly took: string })[];
  /** What the case left behind, by node. */
  readonly pollution: readonly (readonly [node: string, lines: readonly string[]])[];
  /** What those who read the evidence make of it. */
  readonly analyses: readonly (readonly [by: string, lines: readonly string[]])[];
  readonly metrics: readonly (readonly [name: string, value: string, unit: string])[];
  readonly log: readonly (readonly [after: string, level: "info" | "warn", text: string])[];
  readonly droppedLogLines: number;
  readonly commands: readonly DetailCommand[];
  readonly earlierCommands: number;
  readonly serial: string;
  readonly files: readonly { readonly name: string; readonly href: string; readonly size: string }[];
}

export interface DetailTime {
  readonly key: "machine" | "case" | "reboot" | "deletion";
  readonly label: string;
  readonly ms: number;
  readonly text: string;
}

export interface DetailCommand {
  readonly node: string;
  readonly command: string;
  readonly outcome: string;
  readonly isFailure: boolean;
  readonly took: string;
  readonly stdout: string;
  readonly stderr: string;
}

export function detailOf(
  result: ResultSummary,
  environment: EnvironmentSummary | undefined,
  evidence: CaseEvidence,
): ResultDetail {
  return {
    about: result.about,
    message: "",
    facts: factsOf(result),
    times: timesOf(result, environment),
    stack: result.stack ?? "",
    panic:
      result.panic === undefined
        ? ""
        : `${result.panic.category} on ${result.panic.node}\n${result.panic.lines.join("\n")}`,
    subtests: result.subtests.map(({ name, status, message, durationMs }) => ({
      ...lookOfStatus(status),
      name,
      message,
      took: formatDuration(durationMs),
    })),
    pollution: result.pollution.map(({ node, findings, more }) => [
      node,
      more === 0 ? findings : [...findings, `and ${more} more in case.log`],
    ]),
    analyses: result.analyses.map(({ by, text, problem }) => [by, (problem ?? text).split("\n")]),
    metrics: result.metrics.map(({ name, value, unit }) => [name, formatNumber(value), unit]),
    log: result.log.map(({ at, level, text }) => [sinceStart(result, at), level, text]),
    droppedLogLines: result.droppedLogLines,
    commands: evidence.commands.map(({ node, command, outcome, isFailure, durationMs, stdout, stderr }) => ({
      node,
      command,
      outcome,
      isFailure,
      took: formatDuration(durationMs),
      stdout,
      stderr,
    })),
    earlierCommands: evidence.earlierCommands,
    serial: evidence.serial,
    files: evidence.files.map(({ name, href, sizeBytes }) => ({ name, href, size: formatBytes(sizeBytes) })),
  };
}

function factsOf(result: ResultSummary): [string, string][] {
  const facts: [string, string | undefined][] = [
    ["Environment", result.environment],
    ["Attempts", result.attempts > 1 ? String(result.attempts) : undefined],
    ["How often", result.repetition && repetitionText(result.repetition)],
    ...result.repeats.map(({ status, message }, index): [string, string] => [
      `Once more, ${index + 1}`,
      `${lookOfStatus(status).word}${message === "" ? "" : `: ${message}`}`,
    ]),
    ["Criteria", result.missedCriteria],
    ["Area", result.area],
    ["Priority", result.priority === undefined ? undefined : String(result.priority)],
    ["Time limit", result.timeoutMs === undefined ? undefined : formatDuration(result.timeoutMs)],
    ["Failure class", result.failureClass],
    ["Started", result.startedAt?.replace("T", " ").replace(/\.\d+Z$/, " UTC")],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
}

function timesOf(result: ResultSummary, environment: EnvironmentSummary | undefined): DetailTime[] {
  const times: Omit<DetailTime, "text">[] = [
    { key: "machine", label: "Machine", ms: environment?.deployMs ?? 0 },
    { key: "case", label: "Case", ms: Math.max(0, result.durationMs - result.rebootMs) },
    { key: "reboot", label: "Guest rebooting", ms: result.rebootMs },
    { key: "deletion", label: "Deletion", ms: environment?.deleteMs ?? 0 },
  ];
  return times.filter(({ ms }) => ms > 0).map((time) => ({ ...time, text: formatDuration(time.ms) }));
}

const sinceStart = (result: ResultSummary, at: string): string => {
  if (result.startedAt === undefined) return "";
  return `+${((Date.parse(at) - Date.parse(result.startedAt)) / 1000).toFixed(2)} s`;
};
