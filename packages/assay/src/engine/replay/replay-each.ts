import { RecordingUnreadable, UsageError } from "../../errors/catalogue.ts";
import { codeDigest } from "../../recording/case-code.ts";
import type { Recording } from "../../recording/format.ts";
import { readRecording } from "../../recording/recording-file.ts";
import { type Replayed, replayCase } from "../../run/replay-case.ts";
import type { Case, Suite } from "../../suite/suite.ts";
import type { CaseFinder } from "./case-finder.ts";

/** What became of one recording. */
export type Replay = {
  readonly recording: string;
  readonly resultId: string | undefined;
} & (
  | { readonly outcome: "as-recorded" | "diverged" | "other-verdict"; readonly replayed: Replayed }
  | { readonly outcome: "unchanged" }
  | { readonly outcome: "unreadable"; readonly error: RecordingUnreadable }
);

/** Which recordings are replayed. */
export interface ReplayOptions {
  /** Names of cases, with or without their suite, or ids of results. Default: all. */
  readonly cases?: readonly string[];
  /** Only recordings of cases whose code is another now. Default: false. */
  readonly sinceChange?: boolean;
  /** Ends the replays; what it is aborted with is thrown. */
  readonly signal?: AbortSignal;
  /** Folder of the run folders. Default: `runs` in the working directory. */
  readonly logPath?: string;
  /** Suites of the program itself that recorded cases are of; those of files are found again. */
  readonly suites?: readonly Suite[];
}

interface ReplayChoice {
  readonly cases: readonly string[];
  readonly sinceChange: boolean;
  readonly signal: AbortSignal;
}

/** Replays the chosen ones of the recordings at `paths`, one after the other. Throws UsageError for a case none has. */
export async function* replayEach(
  paths: readonly string[],
  finder: CaseFinder,
  { cases, sinceChange, signal }: ReplayChoice,
): AsyncGenerator<Replay, void, undefined> {
  const wanted = new Set(cases.map((name) => name.toLowerCase()));
  const met = new Set<string>();
  for (const path of paths) {
    signal.throwIfAborted();
    try {
      const recording = await readRecording(path);
      const names = namesOf(recording).filter((name) => wanted.has(name));
      if (wanted.size > 0 && names.length === 0) continue;
      for (const name of names) met.add(name);
      const testCase = await finder.find(recording.header);
      const { resultId } = recording.header;
      if (sinceChange && (await isUnchanged(recording, testCase))) {
        yield { recording: path, resultId, outcome: "unchanged" };
      } else {
        const replayed = await replayCase(recording, testCase, signal);
        yield { recording: path, resultId, outcome: outcomeOf(replayed), replayed };
      }
    } catch (error) {
      if (!(error instanceof RecordingUnreadable)) throw error;
      yield { recording: path, resultId: undefined, outcome: "unreadable", error };
    }
  }
  const unmet = cases.find((name) => !met.has(name.toLowerCase()));
  if (unmet !== undefined) {
    throw new UsageError(`There is no recording of a case '${unmet}'.`, {
      help: "Name a case as 'assay list' shows it, as SUITE.CASE, or by the id of its result.",
    });
  }
}

const namesOf = ({ header }: Recording): readonly string[] =>
  [header.case, `${header.suite}.${header.case}`, header.resultId].map((name) => name.toLowerCase());

async function isUnchanged({ header }: Recording, { suite }: Case): Promise<boolean> {
  if (header.code === undefined || suite.file === undefined) return false;
  return (await codeDigest(suite.file)) === header.code.digest;
}

function outcomeOf({ isAsRecorded, divergence }: Replayed): "as-recorded" | "diverged" | "other-verdict" {
  if (isAsRecorded) return "as-recorded";
  return divergence === undefined ? "other-verdict" : "diverged";
}
