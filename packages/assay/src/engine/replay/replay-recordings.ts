import { CaseFinder } from "./case-finder.ts";
import { findRecordings } from "./find-recordings.ts";
import { type Replay, type ReplayOptions, replayEach } from "./replay-each.ts";

/** Finds recordings and replays them; the documentation stands with `replay` of the library. */
export async function* replayRecordings(
  run: string | undefined,
  options: ReplayOptions,
): AsyncGenerator<Replay, void, undefined> {
  const { cases = [], sinceChange = false, signal = new AbortController().signal, logPath = "runs" } = options;
  const paths = await findRecordings(run ?? (sinceChange ? undefined : "latest"), logPath);
  const { suites } = await import("@assay/suites");
  const finder = new CaseFinder([...suites, ...(options.suites ?? [])]);
  yield* replayEach(paths, finder, { cases, sinceChange, signal });
}
