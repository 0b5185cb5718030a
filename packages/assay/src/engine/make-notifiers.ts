import { resolve } from "node:path";
import type { Extensions } from "../extension/load-extension.ts";
import { consoleNotifier } from "../notifiers/console/console-notifier.ts";
import { envStatsNotifier } from "../notifiers/env-stats/env-stats-notifier.ts";
import { fileNotifier } from "../notifiers/file/file-notifier.ts";
import { htmlNotifier } from "../notifiers/html/html-notifier.ts";
import { junitNotifier } from "../notifiers/junit/junit-notifier.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import { perfdumpNotifier } from "../notifiers/perfdump/perfdump-notifier.ts";
import { textResultNotifier } from "../notifiers/text-result/text-result-notifier.ts";
import type { Runbook } from "../runbook/types.ts";
import { extensionNotifiers } from "./extension-parts.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Reports that a run makes only when its runbook asks for them. */
const ON_DEMAND: Readonly<Record<string, (runFolder: string, settings: Settings) => Notifier>> = {
  env_stats: (runFolder) => envStatsNotifier({ runFolder }),
  file: (runFolder, { file_name }) => fileNotifier({ runFolder, fileName: nameOr(file_name, "messages.log") }),
  perfdump: (runFolder, { path }) => perfdumpNotifier({ runFolder, fileName: nameOr(path, "perf_results.json") }),
  text_result: (runFolder, { include_subtest }) =>
    textResultNotifier({ runFolder, hasSubtests: include_subtest === true }),
};

/** What reports a run: console, HTML and JUnit always, the others when the runbook asks for them. */
export function makeNotifiers(runbook: Runbook, extensions: Extensions, runFolder: string): readonly Notifier[] {
  const settingsOf = (wanted: string): Settings | undefined =>
    runbook.notifiers.find(({ type }) => type === wanted)?.settings;
  const [html, junit] = [settingsOf("html"), settingsOf("junit")];
  const htmlName = nameOr(html?.path, "report.html");
  const junitName = nameOr(junit?.path, "junit.xml");
  return [
    htmlNotifier({ runFolder, fileName: htmlName }),
    junitNotifier({
      runFolder,
      fileName: junitName,
      // Only where the runbook asks for the report itself: otherwise parts stand with their case.
      hasSubtests: junit !== undefined && junit.include_subtest !== false,
      hasInstances: junit?.append_message_id !== false,
    }),
    ...runbook.notifiers.flatMap(({ type, settings }) => ON_DEMAND[type]?.(runFolder, settings) ?? []),
    ...extensionNotifiers(extensions, runbook, runFolder),
    // Last, because it names the reports of the others.
    consoleNotifier({
      stream: process.stderr,
      runFolder,
      reports: [htmlName, junitName].map((name) => resolve(runFolder, name)),
    }),
  ];
}

const nameOr = (name: unknown, standard: string): string => (typeof name === "string" && name !== "" ? name : standard);
