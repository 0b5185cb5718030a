import { type RunSummary, summarizeRun } from "../events/folds/run-summary.ts";
import type { EventBody, EventOf, FinalStatus, RunEvent, Verdict } from "../events/types.ts";

export interface ToldResult {
  /** QUEUED and RUNNING results never finish. */
  readonly status: FinalStatus | "QUEUED" | "RUNNING";
  readonly message?: string;
  readonly warning?: string;
  readonly durationMs?: number;
  readonly environment?: string;
}

export interface ToldRun {
  readonly run?: string;
  /** Undefined for a run that has not come to its end. */
  readonly verdict?: Verdict;
  readonly isPlanOpen?: boolean;
  readonly excluded?: EventOf<"run-started">["excluded"];
  /** By id of the result: `Suite.case`, with what tells it from others. */
  readonly results: Readonly<Record<string, ToldResult>>;
}

const AT = "2026-11-21T05:00:00.000Z";

/** The summary of a run in which everything happened at 2026-11-21 05:00:00 UTC. */
export function tellRun({ run = "run-1", verdict, isPlanOpen, excluded = [], results }: ToldRun): RunSummary {
  const told = Object.entries(results).map(([resultId, result]) => {
    const [suite = "", name = ""] = resultId.replace(/(?:\[.*\])?(?:#\d+)?$/, "").split(".");
    return { identity: { resultId, suite, case: name }, result };
  });
  const events: EventBody[] = [
    {
      type: "run-started",
      run,
      name: "told",
      version: "1",
      runbook: "told.yml",
      platform: "local",
      host: {},
      plan: told.map(({ identity }) => ({ ...identity, about: "", priority: 1, area: "told", timeoutMs: 1000 })),
      excluded,
      ...(isPlanOpen === undefined ? {} : { isPlanOpen }),
    },
    ...told.flatMap(({ identity, result }) => resultEvents(identity, result)),
  ];
  if (verdict !== undefined) {
    const counts = { passed: 0, failed: 0, skipped: 0, attempted: 0 };
    events.push({ type: "run-finished", verdict, reason: `It is ${verdict}.`, exitCode: 1, counts, elapsedMs: 5 });
  }
  return summarizeRun(events.map((body, index): RunEvent => ({ ...body, seq: index + 1, at: AT })));
}

function resultEvents(
  identity: { readonly resultId: string; readonly suite: string; readonly case: string },
  { status, message = "", warning, durationMs = 0, environment = "local-1" }: ToldResult,
): readonly EventBody[] {
  if (status === "QUEUED") return [];
  const folder = `cases/${identity.resultId}`;
  const started: EventBody = { type: "case-started", ...identity, environment, folder };
  if (status === "RUNNING") return [started];
  const told = { status, message, durationMs, rebootMs: 0, environment, ...(warning === undefined ? {} : { warning }) };
  return [started, { type: "case-finished", ...identity, ...told }];
}
