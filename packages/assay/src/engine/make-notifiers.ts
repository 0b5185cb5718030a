import { resolve } from "node:path";
import type { Extensions } from "../extension/load-extension.ts";
import { azureUsageCounter } from "../notifiers/azure-usage-counter/azure-usage-counter.ts";
import { envStatsNotifier } from "../notifiers/env-stats/env-stats-notifier.ts";
import { fileNotifier } from "../notifiers/file/file-notifier.ts";
import { htmlNotifier } from "../notifiers/html/html-notifier.ts";
import { junitNotifier } from "../notifiers/junit/junit-notifier.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import { perfdumpNotifier } from "../notifiers/perfdump/perfdump-notifier.ts";
import { perfevaluationNotifier } from "../notifiers/perfevaluation/perfevaluation-notifier.ts";
import { textResultNotifier } from "../notifiers/text-result/text-result-notifier.ts";
import type { Runbook } from "../runbook/types.ts";
import { extensionNotifiers } from "./extension-parts.ts";
import type { TestRunOptions } from "./run-options.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Reports that a run makes only when its runbook asks for them. */
const ON_DEMAND: Readonly<Record<string, (runFolder: string, settings: Settings) => Notifier>> = {
  env_stats: (runFolder) => envStatsNotifier({ runFolder }),
  file: (runFolder, { file_name }) => fileNotifier({ runFolder, fileName: nameOr(file_name, "messages.log") }),
  azure_usage_counter: (runFolder, { file_name }) =>
    azureUsageCounter({ runFolder, fileName: nameOr(file_name, "azure_usage_counter.json") }),
  perfevaluation: (runFolder, { output_file }) =>
    perfevaluationNotifier({ runFolder, outputFile: nameOr(output_file, "") || undefined }),
  perfdump: (runFolder, { path }) => perfdumpNotifier({ runFolder, fileName: nameOr(path, "perf_results.json") }),
  text_result: (runFolder, { include_subtest }) =>
    textResultNotifier({ runFolder, hasSubtests: include_subtest === true }),
};

/** What reports a run: HTML and JUnit unless they are not wanted, what the runbook asks for, and what the program adds. */
export function makeNotifiers(
  runbook: Runbook,
  extensions: Extensions,
  runFolder: string,
  { reports = ["html", "junit"], notifiers = [] }: Pick<TestRunOptions, "reports" | "notifiers">,
): readonly Notifier[] {
  const settingsOf = (wanted: string): Settings | undefined =>
    runbook.notifiers.find(({ type }) => type === wanted)?.settings;
  const [html, junit] = [settingsOf("html"), settingsOf("junit")];
  const made: Notifier[] = [];
  const paths: string[] = [];
  if (html !== undefined || reports.includes("html")) {
    const fileName = nameOr(html?.path, "report.html");
    made.push(htmlNotifier({ runFolder, fileName, opens: html?.auto_open === true }));
    paths.push(resolve(runFolder, fileName));
  }
  if (junit !== undefined || reports.includes("junit")) {
    const fileName = nameOr(junit?.path, "junit.xml");
    made.push(
      junitNotifier({
        runFolder,
        fileName,
        // Only where the runbook asks for the report itself: otherwise parts stand with their case.
        hasSubtests: junit !== undefined && junit.include_subtest !== false,
        hasInstances: junit?.append_message_id !== false,
      }),
    );
    paths.push(resolve(runFolder, fileName));
  }
  const logLevel = nameOr(settingsOf("console")?.log_level, "") || undefined;
  return [
    ...made,
    ...runbook.notifiers.flatMap(({ type, settings }) => ON_DEMAND[type]?.(runFolder, settings) ?? []),
    ...extensionNotifiers(extensions, runbook, runFolder),
    // Last, because some name the reports of the others.
    ...notifiers.map((each) => (typeof each === "function" ? each({ runFolder, reports: paths, logLevel }) : each)),
  ];
}

const nameOr = (name: unknown, standard: string): string => (typeof name === "string" && name !== "" ? name : standard);
