import type { ResultSummary, RunSummary } from "../events/folds/run-summary.ts";
import { printableLine } from "../notifiers/printable.ts";
import { nameOf } from "../notifiers/result-name.ts";
import { formatTime } from "../units/readable.ts";

/** Whether the process that writes a journal is there. */
export type JournalWriter = "there" | "gone" | "unknown";

/** What was in flight is named up to here, and counted beyond. */
const NAMED = 5;

/**
 * Gives a run without a verdict a reason that tells how far it came, and each result without a final status a message.
 * In a run that goes on, what has begun lasts until now. A run with a verdict stays as it is.
 */
export function withEnding(summary: RunSummary, writer: JournalWriter, nowMs: number): RunSummary {
  if (summary.verdict !== undefined) return summary;
  const since = (at: string | undefined, otherwiseMs: number): number =>
    writer === "there" && at !== undefined ? Math.max(otherwiseMs, nowMs - Date.parse(at)) : otherwiseMs;
  return {
    ...summary,
    reason: reasonOf(summary, writer),
    elapsedMs: since(summary.startedAt, summary.elapsedMs),
    results: summary.results.map((result) => {
      if (result.status === "RUNNING") {
        return { ...result, message: BEGUN[writer], durationMs: since(result.startedAt, result.durationMs) };
      }
      const isWaiting = result.status === "QUEUED" || result.status === "ASSIGNED";
      return isWaiting ? { ...result, message: WAITING[writer] } : result;
    }),
  };
}

function reasonOf(summary: RunSummary, writer: JournalWriter): string {
  const { results, isPlanOpen } = summary;
  const running = results.filter(({ status }) => status === "RUNNING");
  const final = results.length - summary.unfinished;
  const all = isPlanOpen ? `the ${results.length} results planned so far` : `${results.length} results`;
  const done = `${final} of ${all} ${final === 1 ? "is" : "are"} final.`;
  const now = running.length > 0 ? inFlight(running, writer) : underWay(summary, writer);
  return `${beginningOf(summary, writer)} ${done} ${now}`;
}

function beginningOf({ lastEventAt }: RunSummary, writer: JournalWriter): string {
  if (writer === "there") return "The run is going on.";
  const end = lastEventAt === undefined ? "" : ` at ${formatTime(lastEventAt)}`;
  return writer === "gone"
    ? `The run was cut off: its journal ends${end} without a verdict, and no process on this machine writes to it.`
    : `The run is going on or was cut off: its journal ends${end} without a verdict.`;
}

function inFlight(running: readonly ResultSummary[], writer: JournalWriter): string {
  const told = someOf(running.map((result) => `'${nameOf(result)}'${placeOf(result)}`));
  return writer === "there" ? `Running: ${told}.` : `In flight: ${told}.`;
}

/** What a run without a case in flight was doing: making machines ready, or a transformer. */
function underWay({ progress, transformers }: RunSummary, writer: JournalWriter): string {
  const open = [
    ...transformers.filter(isOpen).map((each) => `transformer '${printableLine(each.transformer)}'${placeOf(each)}`),
    ...progress.filter(isOpen).map((each) => `'${printableLine(each.step)}'${placeOf(each)}`),
  ];
  const nothing = writer === "there" ? "No case is running" : "No case was in flight";
  return open.length === 0 ? `${nothing}.` : `${nothing}; under way: ${someOf(open)}.`;
}

const isOpen = ({ elapsedMs }: { readonly elapsedMs: number | undefined }): boolean => elapsedMs === undefined;

const placeOf = ({ environment }: { readonly environment: string | undefined }): string =>
  environment === undefined ? "" : ` on ${environment}`;

function someOf(names: readonly string[]): string {
  const left = names.length - NAMED;
  return left <= 0 ? names.join(", ") : `${names.slice(0, NAMED).join(", ")} and ${left} more`;
}

const BEGUN: Readonly<Record<JournalWriter, string>> = {
  there: "It is running.",
  gone: "It was in flight when the run was cut off.",
  unknown: "It has begun and is not finished.",
};
const WAITING: Readonly<Record<JournalWriter, string>> = {
  there: "It has not begun yet.",
  gone: "It had not begun when the run was cut off.",
  unknown: "It has not begun.",
};
