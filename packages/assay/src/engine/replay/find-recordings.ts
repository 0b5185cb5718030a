import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { RecordingUnreadable, UsageError } from "../../errors/catalogue.ts";
import { RECORDING_SUFFIX } from "../../recording/format.ts";

/**
 * Paths of recordings, in order: those below `run`, which is a run below `root`, any folder or one recording; without
 * it those of every run. Throws UsageError when there is no such run, RecordingUnreadable when it holds none.
 */
export async function findRecordings(run: string | undefined, root: string): Promise<readonly string[]> {
  const place = run === undefined ? resolve(root) : placeOf(run, root);
  const found = existsSync(place) ? await recordingsIn(place) : [];
  if (found.length === 0) {
    throw new RecordingUnreadable(`There is no recording in '${place}'.`, {
      help: "Record cases with 'assay run --record'.",
    });
  }
  return found;
}

function placeOf(run: string, root: string): string {
  const places = [resolve(root, run), resolve(run)];
  const place = places.find((each) => existsSync(each));
  if (place !== undefined) return place;
  throw new UsageError(`There is no run '${run}' in '${resolve(root)}'.`, {
    help: "Name a run below the folder of the runs, any folder with recordings, or one recording; 'latest' is the newest run.",
  });
}

/** Links are not followed: `latest` would name the newest run a second time. */
async function recordingsIn(place: string): Promise<readonly string[]> {
  if (!statSync(place).isDirectory()) return [place];
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(RECORDING_SUFFIX));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
