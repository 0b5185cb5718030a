import { resolve } from "node:path";
import type { Extensions } from "../extension/load-extension.ts";
import { consoleNotifier } from "../notifiers/console/console-notifier.ts";
import { envStatsNotifier } from "../notifiers/env-stats/env-stats-notifier.ts";
import { htmlNotifier } from "../notifiers/html/html-notifier.ts";
import { junitNotifier } from "../notifiers/junit/junit-notifier.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import { textResultNotifier } from "../notifiers/text-result/text-result-notifier.ts";
import type { Runbook } from "../runbook/types.ts";
import { extensionNotifiers } from "./extension-parts.ts";

/** What reports a run: console, HTML and JUnit always, the others when the runbook asks for them. */
export function makeNotifiers(runbook: Runbook, extensions: Extensions, runFolder: string): readonly Notifier[] {
  const junit = runbook.notifiers.find(({ type }) => type === "junit")?.settings;
  const named = (type: string): { readonly fileName?: string } => {
    const path = runbook.notifiers.find((each) => each.type === type)?.settings.path;
    return typeof path === "string" && path !== "" ? { fileName: path } : {};
  };
  const files = [named("html"), named("junit")].flatMap(({ fileName }) => fileName ?? []);
  return [
    htmlNotifier({ runFolder, ...named("html") }),
    junitNotifier({
      runFolder,
      ...named("junit"),
      // Only where the runbook asks for the report itself: otherwise parts stand with their case.
      hasSubtests: junit !== undefined && junit.include_subtest !== false,
      hasInstances: junit?.append_message_id !== false,
    }),
    ...runbook.notifiers.flatMap(({ type, settings }) => {
      if (type === "env_stats") return [envStatsNotifier({ runFolder })];
      if (type !== "text_result") return [];
      return [textResultNotifier({ runFolder, hasSubtests: settings.include_subtest === true })];
    }),
    ...extensionNotifiers(extensions, runbook, runFolder),
    // Last, because it names the reports of the others.
    consoleNotifier({ stream: process.stderr, runFolder, reports: files.map((name) => resolve(runFolder, name)) }),
  ];
}
