import { join, resolve } from "node:path";
import { hostFacts } from "../host/facts.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import type { PerformanceEvaluation } from "../performance/evaluation.ts";
import { RunFolder } from "../run/run-folder.ts";
import type { SessionOptions } from "../run/run-session.ts";
import type { Runbook } from "../runbook/types.ts";
import type { EventTail } from "./event-tail.ts";
import type { Order } from "./execute-run.ts";
import { makeAnalysts } from "./make-analysts.ts";
import { makeNotifiers } from "./make-notifiers.ts";
import type { TestRunOptions } from "./run-options.ts";
import { version } from "./version.ts";

/** Makes the folder of a run, or opens that of one that is gone on with, and what is written into it. */
export async function openRun(order: Order): Promise<SessionOptions> {
  const { checked, options, signal, resumed, inputs, changes, tail } = order;
  const { runbook, extensions } = checked;
  // Before there is a folder: criteria that are wrong are the user's to correct.
  const performance = await performanceOf(runbook, options);
  const folder =
    resumed === undefined
      ? RunFolder.create(resolve(options.logPath ?? "runs"), runbook.name, new Date(), options.id)
      : RunFolder.open(resumed.folder);
  const { diagnosticsMs, pollution, repeatFailures, hostLimit, onNotice } = options;
  return {
    runbook,
    folder,
    notifiers: [...makeNotifiers(runbook, extensions, folder.path, options), tellTail(tail, folder.path)],
    version: version(),
    host: hostFacts(),
    signal,
    isRecording: options.record ?? false,
    aftercare: {
      ...(diagnosticsMs !== undefined && { diagnosticsMs }),
      ...(pollution !== undefined && { pollution }),
      ...(repeatFailures !== undefined && { repeatFailures }),
    },
    ...(hostLimit !== undefined && { hostLimit }),
    ...(performance && { performance }),
    analysts: await makeAnalysts(runbook, folder.path),
    inputs,
    changes,
    say: (text) => onNotice?.({ kind: "disk", text }),
    ...(resumed && { past: resumed.past }),
  };
}

async function performanceOf(
  { notifiers, file }: Runbook,
  { onNotice }: TestRunOptions,
): Promise<PerformanceEvaluation | undefined> {
  const keys = notifiers.find(({ type }) => type === "perfevaluation")?.settings;
  if (keys === undefined) return undefined;
  const { loadEvaluation } = await import("../performance/load-evaluation.ts");
  return await loadEvaluation(keys, file, (text) => onNotice?.({ kind: "criteria", text }));
}

function tellTail(tail: EventTail, runFolder: string): Notifier {
  const grew: Notifier["onEvent"] = ({ seq }) => tail.grew(join(runFolder, "journal.ndjson"), seq);
  return { name: "events", onEvent: grew, onPastEvent: grew, close: async () => [] };
}
