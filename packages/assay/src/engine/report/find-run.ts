import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../../errors/catalogue.ts";
import { didYouMean } from "../../runbook/nearest.ts";

export const JOURNAL = "journal.ndjson";

/** Runs that are named when the one asked for is not there. */
const NAMED = 3;

/**
 * The folder of a run, with links followed: `name` is a run below `root`, a run folder or its journal; without a name it
 * is the newest run. Throws UsageError when there is no such run.
 */
export function findRun(name: string | undefined, root: string): string {
  const wanted = name ?? "latest";
  const places = wanted.includes("/") ? [resolve(wanted)] : [join(root, wanted), resolve(wanted)];
  const folders = places.map((place) => (basename(place) === JOURNAL ? dirname(place) : place)).filter(isFolder);
  const found = folders.find(hasJournal) ?? folders[0];
  if (found === undefined) throw noSuchRun(wanted, name === undefined || name === "latest", root);
  const folder = realpathSync(found);
  if (!hasJournal(folder)) {
    throw new UsageError(`The folder '${folder}' is not that of a run: it has no '${JOURNAL}'.`, {
      help: "Name the folder of one run, such as 'runs/latest'.",
    });
  }
  return folder;
}

const hasJournal = (folder: string): boolean =>
  statSync(join(folder, JOURNAL), { throwIfNoEntry: false }) !== undefined;

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function noSuchRun(name: string, isNewest: boolean, root: string): UsageError {
  const runs = runsIn(root);
  if (isNewest || runs.length === 0) {
    return new UsageError(`There is no run in '${root}'${isNewest ? "" : ` and no run folder '${name}'`}.`, {
      help: "Run some cases with 'assay run', or name the folder of the runs with --log_path.",
    });
  }
  return new UsageError(`There is no run '${name}' in '${root}', and no run folder of that name.`, {
    help: didYouMean(name, runs) ?? `The last runs there are ${runs.slice(-NAMED).map(quoted).join(", ")}.`,
  });
}

/** Names of the runs, the oldest first. */
function runsIn(root: string): readonly string[] {
  const bornAt = (name: string): number => statSync(join(root, name)).birthtimeMs;
  try {
    return readdirSync(root)
      .filter((name) => name !== "latest" && isFolder(join(root, name)))
      .sort((a, b) => bornAt(a) - bornAt(b));
  } catch {
    return [];
  }
}

const quoted = (name: string): string => `'${name}'`;
