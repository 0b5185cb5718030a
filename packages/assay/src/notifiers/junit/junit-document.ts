import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { clipEnd, clipMiddle, clipStart } from "../clip.ts";
import { type JunitOptions, type Row, rowsOf } from "./rows.ts";
import { attributes, xmlText } from "./xml.ts";

const MESSAGE_LENGTH = 2048;
const DETAIL_LENGTH = 16_000;
const LOG_LENGTH = 16_000;

/**
 * The run as JUnit XML: the elements and attributes that Jenkins, GitLab, Azure Pipelines and GitHub actions read,
 * in the order of the common schema. One `testsuite` per suite.
 *
 * FAILED gives `failure`, or `error` when the environment, the configuration or assay itself is to blame. SKIPPED,
 * ATTEMPTED (a failure that the runbook ignores) and, in a run that was cut short, QUEUED give `skipped` with the
 * reason; a case that was running when the run was cut short gives `error`. Pure.
 */
export function junitDocument(summary: RunSummary, options: JunitOptions = {}): string {
  const rows = summary.results.flatMap((result) => rowsOf(result, options));
  const suites = [...Map.groupBy(rows, ({ result }) => result.suite)];
  const tally = tallyOf(rows);
  const root = attributes({
    name: clipEnd(summary.name || "assay", MESSAGE_LENGTH),
    tests: rows.length,
    failures: tally.failures,
    errors: tally.errors,
    time: seconds(summary.elapsedMs),
  });
  const bodies = suites.map(([name, held]) => suiteElement(name, held, summary));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${root}>\n${bodies.join("")}</testsuites>\n`;
}

function suiteElement(name: string, rows: readonly Row[], summary: RunSummary): string {
  const results = rows.map(({ result }) => result);
  const { failures, errors, skipped } = tallyOf(rows);
  const startedAt =
    results
      .map((result) => result.startedAt ?? "")
      .filter(Boolean)
      .toSorted()[0] ?? summary.startedAt;
  const head = attributes({
    name: clipEnd(name, MESSAGE_LENGTH),
    tests: results.length,
    failures,
    errors,
    skipped,
    time: seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    timestamp: startedAt === undefined ? undefined : withoutZone(startedAt),
    hostname: clipEnd(summary.host.hostname ?? "localhost", MESSAGE_LENGTH),
  });
  const cases = rows.map((row) => caseElement(row, summary)).join("");
  return `<testsuite${head}>\n${properties(results, summary)}${cases}</testsuite>\n`;
}

function properties(results: readonly ResultSummary[], summary: RunSummary): string {
  const names = new Set(results.map(({ environment }) => environment));
  const used = summary.environments.filter(({ name, readyAt }) => names.has(name) && readyAt !== undefined);
  const [first] = used;
  const shared = Object.entries(first?.facts ?? {}).filter(([name, value]) =>
    used.every(({ facts }) => facts[name] === value),
  );
  const all: [string, string][] = [
    ["run", summary.run],
    ["runbook", summary.runbook],
    ["platform", summary.platform],
    ["assay.version", summary.version],
    ...shared.map(([name, value]): [string, string] => [`environment.${name}`, value]),
    ...Object.entries(summary.host).map(([name, value]): [string, string] => [`host.${name}`, value]),
  ];
  const elements = all
    .filter(([, value]) => value !== "")
    .map(
      ([name, value]) =>
        `<property${attributes({ name: clipEnd(name, 200), value: clipEnd(value, MESSAGE_LENGTH) })}/>\n`,
    );
  return elements.length === 0 ? "" : `<properties>\n${elements.join("")}</properties>\n`;
}

function caseElement({ name, className, result }: Row, summary: RunSummary): string {
  const head = attributes({
    name: clipEnd(name, MESSAGE_LENGTH),
    classname: clipEnd(className, MESSAGE_LENGTH),
    time: seconds(result.durationMs),
  });
  return `<testcase${head}>\n${repetitionElement(result)}${outcomeElement(result, summary)}${outputElement(result)}</testcase>\n`;
}

/** How often it fails, for CI servers that keep a history of properties. */
function repetitionElement({ repetition }: ResultSummary): string {
  if (repetition === undefined) return "";
  const { label, attempts, failures, rate, low, high } = repetition;
  const values = { label, attempts, failures, rate: share(rate), low: share(low), high: share(high) };
  const elements = Object.entries(values).map(
    ([name, value]) => `<property${attributes({ name: `repetition.${name}`, value })}/>\n`,
  );
  return `<properties>\n${elements.join("")}</properties>\n`;
}

const share = (value: number): string => value.toFixed(4);

type Kind = "passed" | "failure" | "error" | "skipped";

function kindOf({ status, failureClass }: ResultSummary): Kind {
  if (status === "PASSED") return "passed";
  if (status === "RUNNING") return "error";
  if (status !== "FAILED") return "skipped";
  return failureClass === "environment" || failureClass === "configuration" || failureClass === "tool"
    ? "error"
    : "failure";
}

function outcomeElement(result: ResultSummary, summary: RunSummary): string {
  const kind = kindOf(result);
  if (kind === "passed") return "";
  const message = clipEnd(messageOf(result, summary), MESSAGE_LENGTH);
  if (kind === "skipped") return `<skipped${attributes({ message })}/>\n`;
  const detail = [result.message, result.panic?.lines.join("\n"), result.stack].filter(Boolean).join("\n\n");
  const head = attributes({ message, type: result.failureClass ?? "unknown" });
  return `<${kind}${head}>${xmlText(clipMiddle(detail, DETAIL_LENGTH))}</${kind}>\n`;
}

function messageOf(result: ResultSummary, summary: RunSummary): string {
  if (result.status === "ATTEMPTED") return `Failed, which the runbook ignores: ${result.message}`;
  if (result.message !== "") return result.message;
  if (result.status === "RUNNING") return `The run ended while this case was running. ${summary.reason}`.trimEnd();
  if (result.status === "QUEUED" || result.status === "ASSIGNED") {
    return `The run ended before this case began. ${summary.reason}`.trimEnd();
  }
  return result.message;
}

/** The log's end, and where the rest is: CI servers show this beside the failure. */
function outputElement(result: ResultSummary): string {
  const log = result.log.map(({ at, level, text }) => `${at} ${level.toUpperCase().padEnd(4)} ${text}`).join("\n");
  const parts = [
    result.warning === undefined ? "" : `warning: ${result.warning}`,
    clipStart(log, LOG_LENGTH),
    result.metrics.map(({ name, value, unit }) => `metric ${name} = ${value} ${unit}`.trimEnd()).join("\n"),
    result.subtests.map(({ name, status, message }) => `subtest ${name}: ${status} ${message}`.trimEnd()).join("\n"),
    result.serialTail === undefined ? "" : `serial console:\n${clipStart(result.serialTail, LOG_LENGTH)}`,
    result.missedCriteria ?? "",
    result.analyses.map(({ by, text, problem }) => `analysis by ${by}: ${problem ?? text}`).join("\n"),
    result.pollution
      .flatMap(({ node, findings }) => findings.map((each) => `left behind on ${node}: ${each}`))
      .join("\n"),
    result.environment === undefined ? "" : `environment: ${result.environment}`,
    result.folder === undefined ? "" : `evidence: ${result.folder}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `<system-out>${xmlText(parts.join("\n"))}\n</system-out>\n`;
}

function tallyOf(rows: readonly Row[]): { failures: number; errors: number; skipped: number } {
  const kinds = rows.map(({ result }) => kindOf(result));
  const count = (kind: Kind): number => kinds.filter((other) => other === kind).length;
  return { failures: count("failure"), errors: count("error"), skipped: count("skipped") };
}

const seconds = (ms: number): string => (Math.max(0, ms) / 1000).toFixed(3);

/** The schema's time has no zone and no fraction; it is UTC. */
const withoutZone = (at: string): string => at.slice(0, 19);
