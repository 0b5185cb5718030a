import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { JournalUnreadable } from "../errors/catalogue.ts";
import { readJournal } from "../events/journal.ts";
import type { PastCase } from "../plan/order.ts";

/**
 * How the cases ended in the newest run of `runbook` below `root`, by full name; empty when there is none. Of a case
 * with several results the worst and the longest count. `except` is a run folder that is not looked at.
 */
export function readPastCases(root: string, runbook: string, except?: string): ReadonlyMap<string, PastCase> {
  const runs = readdirNames(root)
    .map((name) => join(resolve(root), name))
    .filter((folder) => except === undefined || folder !== resolve(except))
    .flatMap((folder) => startOf(folder, runbook) ?? [])
    .sort((left, right) => (left.startedAt < right.startedAt ? 1 : -1));
  for (const { folder } of runs) {
    const cases = casesOf(join(folder, "journal.ndjson"));
    if (cases.size > 0) return cases;
  }
  return new Map();
}

function readdirNames(root: string): readonly string[] {
  try {
    return readdirSync(root).filter((name) => name !== "latest");
  } catch {
    return [];
  }
}

/** When the run in `folder` began; undefined for other runbooks and for what is no run. */
function startOf(folder: string, runbook: string): { readonly folder: string; readonly startedAt: string } | undefined {
  let facts: unknown;
  try {
    facts = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  } catch {
    return undefined;
  }
  if (typeof facts !== "object" || facts === null) return undefined;
  const { runbook: file, startedAt } = facts as Readonly<Record<string, unknown>>;
  if (typeof file !== "string" || typeof startedAt !== "string") return undefined;
  return resolve(file) === resolve(runbook) ? { folder, startedAt } : undefined;
}

function casesOf(journal: string): ReadonlyMap<string, PastCase> {
  const cases = new Map<string, PastCase>();
  for (const event of readableEvents(journal)) {
    if (event.type !== "case-finished" || event.isCutOff === true) continue;
    const name = `${event.suite}.${event.case}`;
    const before = cases.get(name);
    const ranMs = event.environment === undefined ? undefined : event.durationMs;
    cases.set(name, {
      hasFailed: before?.hasFailed === true || event.status === "FAILED" || event.status === "ATTEMPTED",
      durationMs: ranMs === undefined ? before?.durationMs : Math.max(ranMs, before?.durationMs ?? 0),
    });
  }
  return cases;
}

/** A run that left no readable journal says nothing about its cases. */
function readableEvents(journal: string): ReturnType<typeof readJournal> {
  try {
    return readJournal(journal);
  } catch (error) {
    if (error instanceof JournalUnreadable || (error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
