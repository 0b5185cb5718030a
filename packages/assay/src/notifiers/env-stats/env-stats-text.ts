import type { EnvironmentSummary, ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { formatDuration } from "../../units/readable.ts";
import { printableLine } from "../printable.ts";
import { nameOf } from "../result-name.ts";

/** Each environment with its times and, below it, the results that ran on it; then the results that ran on none. */
export function envStatsText({ environments, results }: RunSummary): string {
  const byEnvironment = Map.groupBy(results, ({ environment }) => environment ?? "");
  const blocks = environments.map((environment) => [
    environmentLine(environment),
    ...(byEnvironment.get(environment.name) ?? []).map(resultLine),
  ]);
  const nowhere = (byEnvironment.get("") ?? []).filter(({ status }) => status !== "QUEUED");
  const rest = nowhere.length === 0 ? [] : [["without an environment", ...nowhere.map(resultLine)]];
  return `${[...blocks, ...rest].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function environmentLine(environment: EnvironmentSummary): string {
  const times = [
    `prepared ${environment.startedAt}`,
    ...(environment.readyAt === undefined ? [] : [`deployed ${environment.readyAt}`]),
    ...(environment.endedAt === undefined ? [] : [`deleted ${environment.endedAt}`]),
  ];
  const took = environment.deployMs === undefined ? "" : `, deployed in ${formatDuration(environment.deployMs)}`;
  const nodes = environment.nodes.length === 0 ? "" : `, nodes ${environment.nodes.join(" ")}`;
  return printableLine(`${environment.name}: ${environment.state}${took}${nodes}; ${times.join(", ")}`);
}

function resultLine(result: ResultSummary): string {
  const from = result.startedAt === undefined ? "" : ` from ${result.startedAt}`;
  return `  ${result.status.padEnd(9)} ${nameOf(result)}${from}, ${formatDuration(result.durationMs)}`;
}
