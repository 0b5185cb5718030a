import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { CHANGE_KINDS, type ResultChange, type RunDiff, SLOWER } from "./compare-runs.ts";

/** A comparison as programs read it; the help of the command describes it. */
export function diffDocument(diff: RunDiff): object {
  return {
    before: runJson(diff.before),
    after: runJson(diff.after),
    rules: { slower: SLOWER },
    ...Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, diff.changes[kind].map(changeJson)])),
    unchanged: diff.unchanged,
    regressions: diff.regressions.map(({ resultId }) => resultId),
    isRegression: diff.isRegression,
  };
}

const runJson = ({ run, verdict, reason, runbook, platform, startedAt, counts, unfinished }: RunSummary): object => ({
  run,
  verdict: verdict ?? null,
  reason,
  runbook,
  platform,
  startedAt: startedAt ?? null,
  counts: { ...counts, unfinished },
});

function changeJson({ before, after, reason, ...identity }: ResultChange): object {
  return {
    ...identity,
    before: resultJson(before),
    after: resultJson(after),
    ...(reason === undefined ? {} : { reason }),
  };
}

const resultJson = (result: ResultSummary | undefined): object | null =>
  result === undefined
    ? null
    : {
        status: result.status,
        message: result.message,
        warning: result.warning ?? null,
        durationMs: result.durationMs,
        environment: result.environment ?? null,
      };
