import type { TestRun, TestRunOptions } from "../engine/index.ts";
import { ExitCode } from "../errors/assay-error.ts";
import { consoleNotifier } from "../notifiers/console/console-notifier.ts";
import { type ErrorReport, reportError } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOfError, jsonOfReport } from "./run-json.ts";

/** What the command line adds to every run: it is shown on standard error and ends with Ctrl-C. */
export type Shown = Required<Pick<TestRunOptions, "signal" | "notifiers" | "onNotice">>;

/**
 * Starts a run and follows it to its end. Gives the exit code; with `json` the one document about the run goes to
 * standard output, also when it could not take place.
 */
export async function carryOut(
  { json, debug }: { readonly json: boolean; readonly debug: boolean },
  start: (shown: Shown) => Promise<TestRun>,
): Promise<number> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  using interrupt = interruptSignal(say);
  const { signal } = interrupt;
  try {
    const running = await start({
      signal,
      notifiers: [(place) => consoleNotifier({ stream: process.stderr, ...place })],
      onNotice: ({ text }) => say(text),
    });
    const report = await running.report;
    if (json) process.stdout.write(`${JSON.stringify(jsonOfReport(report))}\n`);
    return report.exitCode;
  } catch (error) {
    const told = signal.aborted && isAbort(error, signal) ? notBegun(signal.reason) : reportError(error, debug);
    if (!json && told.data.code !== NOT_BEGUN) throw error;
    say(told.text);
    if (json) process.stdout.write(`${JSON.stringify(jsonOfError(told))}\n`);
    return told.exitCode;
  }
}

/** What the engine throws then, and what Node's own functions throw. */
const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason || (error instanceof Error && error.name === "AbortError");

const NOT_BEGUN = "INTERRUPTED";

/** The run was interrupted before there was anything to report. */
function notBegun(reason: unknown): ErrorReport {
  const message = `Interrupted by ${String(reason)} before the run began.`;
  const exitCode = reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
  return { text: `assay: ${message}`, exitCode, data: { code: NOT_BEGUN, message } };
}
