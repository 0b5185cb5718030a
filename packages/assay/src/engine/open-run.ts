import { join, resolve } from "node:path";
import { hostFacts } from "../host/facts.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import { RunFolder } from "../run/run-folder.ts";
import type { SessionOptions } from "../run/run-session.ts";
import type { EventTail } from "./event-tail.ts";
import type { Order } from "./execute-run.ts";
import { makeNotifiers } from "./make-notifiers.ts";
import { version } from "./version.ts";

/** Makes the folder of a run, or opens that of one that is gone on with, and what is written into it. */
export function openRun(order: Order): SessionOptions {
  const { checked, options, signal, resumed, inputs, changes, tail } = order;
  const { runbook, extensions } = checked;
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
    inputs,
    changes,
    say: (text) => onNotice?.({ kind: "disk", text }),
    ...(resumed && { past: resumed.past }),
  };
}

function tellTail(tail: EventTail, runFolder: string): Notifier {
  const grew: Notifier["onEvent"] = ({ seq }) => tail.grew(join(runFolder, "journal.ndjson"), seq);
  return { name: "events", onEvent: grew, onPastEvent: grew, close: async () => [] };
}
