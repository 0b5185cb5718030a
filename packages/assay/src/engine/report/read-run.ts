import { join, resolve } from "node:path";
import { JournalUnreadable } from "../../errors/catalogue.ts";
import { type RunSummary, summarizeRun } from "../../events/folds/run-summary.ts";
import { readWholeLines } from "../../events/journal.ts";
import type { RunEvent } from "../../events/types.ts";
import { isOpenForWriting } from "../../host/open-for-writing.ts";
import { type JournalWriter, withEnding } from "../../report/ending.ts";
import { findRun, JOURNAL } from "./find-run.ts";

/** A run as its journal tells it. */
export interface RecordedRun {
  /** Path of the run folder. */
  readonly folder: string;
  /** Path of its journal. */
  readonly journal: string;
  /** What the journal says: verdict, counts, results, environments, notices. */
  readonly summary: RunSummary;
}

export interface ReadRunOptions {
  /** Folder of the run folders. Default: `runs` in the working directory. */
  readonly logPath?: string;
}

/** Reads a run, whether it is over, goes on or was killed. Throws UsageError or JournalUnreadable. */
export async function readRecordedRun(name: string | undefined, root: string): Promise<RecordedRun> {
  const folder = findRun(name, resolve(root));
  const journal = join(folder, JOURNAL);
  // Asked before the journal is read: a run that ends in between must not look like one that was cut off.
  const isWritten = await isOpenForWriting(journal);
  const writer: JournalWriter = isWritten === undefined ? "unknown" : isWritten ? "there" : "gone";
  return { folder, journal, summary: withEnding(fold(readWholeLines(journal).events, journal), writer, Date.now()) };
}

function fold(events: Iterable<RunEvent>, journal: string): RunSummary {
  const [first] = events;
  if (first === undefined) {
    throw new JournalUnreadable(`The journal '${journal}' is empty: the run has just begun, or wrote nothing at all.`, {
      help: "Look again in a moment, or run the cases again.",
    });
  }
  if (first.type !== "run-started") throw notUnderstood(journal, `it begins with '${first.type}'`);
  try {
    return summarizeRun(events);
  } catch (error) {
    if (error instanceof JournalUnreadable) throw error;
    // Where a later line is damaged, reading on tells it, which says more.
    for (const _ of events);
    throw notUnderstood(journal, "an event lacks what it must have", error);
  }
}

const notUnderstood = (journal: string, what: string, cause?: unknown): JournalUnreadable =>
  new JournalUnreadable(`The journal '${journal}' is not that of a run: ${what}.`, {
    help: "Restore the file from a copy, or use the version of assay that wrote it.",
    cause,
  });
