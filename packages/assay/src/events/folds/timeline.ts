import type { ResultStatus } from "../types.ts";
import type { EnvironmentSummary, RunSummary } from "./run-summary.ts";

/** A stretch of time in the picture of a run; milliseconds since the run began. */
export interface TimelineBar {
  readonly kind: "prepare" | "deploy" | "case" | "delete";
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
  readonly detail: string;
  readonly status?: ResultStatus;
  readonly resultId?: string;
}

export interface TimelineLane {
  readonly label: string;
  readonly bars: readonly TimelineBar[];
}

export interface Timeline {
  readonly totalMs: number;
  readonly lanes: readonly TimelineLane[];
}

interface Track {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bars: readonly TimelineBar[];
}

/**
 * Lays a run out in lanes: first the steps that serve the whole run, then environments. Environments that did not
 * live at the same time share a lane, so that there are as many lanes as machines were alive at once.
 */
export function timelineOf(summary: RunSummary): Timeline {
  const origin = summary.startedAt === undefined ? 0 : Date.parse(summary.startedAt);
  const since = (at: string): number => Math.max(0, Date.parse(at) - origin);
  const endMs = Math.max(summary.elapsedMs, summary.lastEventAt === undefined ? 0 : since(summary.lastEventAt));
  const casesByEnvironment = caseBars(summary, since);

  const preparation = summary.progress
    .filter((step) => step.environment === undefined)
    .map((step): Track => {
      const fromMs = since(step.startedAt);
      const toMs = step.elapsedMs === undefined ? endMs : fromMs + step.elapsedMs;
      const bar: TimelineBar = { kind: "prepare", fromMs, toMs, label: step.step, detail: step.detail ?? "" };
      return { fromMs, toMs, bars: [bar] };
    });
  const environments = summary.environments.map((environment): Track => {
    const bars = [...lifeBars(environment, since, endMs), ...(casesByEnvironment.get(environment.name) ?? [])].toSorted(
      (a, b) => a.fromMs - b.fromMs,
    );
    const last = environment.endedAt === undefined ? endMs : since(environment.endedAt);
    return { fromMs: since(environment.startedAt), toMs: last, bars };
  });
  const elsewhere = (casesByEnvironment.get(undefined) ?? []).map(
    (bar): Track => ({ fromMs: bar.fromMs, toMs: bar.toMs, bars: [bar] }),
  );
  return {
    totalMs: endMs,
    lanes: [
      ...pack(preparation).map((bars) => ({ label: "prepare", bars })),
      ...pack([...environments, ...elsewhere]).map((bars, index) => ({ label: `machine ${index + 1}`, bars })),
    ],
  };
}

function caseBars(summary: RunSummary, since: (at: string) => number): Map<string | undefined, TimelineBar[]> {
  const bars = new Map<string | undefined, TimelineBar[]>();
  for (const result of summary.results) {
    if (result.startedAt === undefined) continue;
    const fromMs = since(result.startedAt);
    const bar: TimelineBar = {
      kind: "case",
      fromMs,
      toMs: fromMs + result.durationMs,
      label: `${result.suite}.${result.case}`,
      detail: result.environment ?? "",
      status: result.status,
      resultId: result.resultId,
    };
    const known = bars.get(result.environment);
    if (known === undefined) bars.set(result.environment, [bar]);
    else known.push(bar);
  }
  return bars;
}

function lifeBars(environment: EnvironmentSummary, since: (at: string) => number, endMs: number): TimelineBar[] {
  const fromMs = since(environment.startedAt);
  const deployedMs = environment.readyAt ?? environment.endedAt;
  const deploy: TimelineBar = {
    kind: "deploy",
    fromMs,
    toMs: deployedMs === undefined ? endMs : since(deployedMs),
    label: `deploy ${environment.name}`,
    detail: environment.message ?? "",
    ...(environment.state === "failed" ? { status: "FAILED" as const } : {}),
  };
  if (environment.endedAt === undefined || environment.deleteMs === undefined) return [deploy];
  const gone = since(environment.endedAt);
  const from = Math.max(0, gone - environment.deleteMs);
  return [deploy, { kind: "delete", fromMs: from, toMs: gone, label: `delete ${environment.name}`, detail: "" }];
}

/** Greedy interval partitioning: each track goes into the first lane that is free when it begins. */
function pack(tracks: readonly Track[]): (readonly TimelineBar[])[] {
  const lanes: { untilMs: number; bars: TimelineBar[] }[] = [];
  for (const track of tracks.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const free = lanes.find((lane) => lane.untilMs <= track.fromMs);
    if (free === undefined) {
      lanes.push({ untilMs: track.toMs, bars: [...track.bars] });
    } else {
      free.untilMs = track.toMs;
      free.bars.push(...track.bars);
    }
  }
  return lanes.map((lane) => lane.bars);
}
