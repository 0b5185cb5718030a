import type { Replay } from "./replay-each.ts";

/** The one document `assay replay --json` prints. */
export function jsonOfReplays(replays: readonly Replay[], exitCode: number): object {
  return { recordings: replays.map(jsonOfReplay), exitCode };
}

function jsonOfReplay(replay: Replay): object {
  const { recording, resultId = null, outcome } = replay;
  const base = { recording, resultId, outcome };
  if (outcome === "unchanged") return base;
  if (outcome === "unreadable") {
    const { code, message, help } = replay.error;
    return { ...base, error: { code, message, ...(help === undefined ? {} : { help }) } };
  }
  const { recorded, verdict, divergence, missing, recordedMs, elapsedMs } = replay.replayed;
  return {
    ...base,
    recorded,
    verdict,
    divergence: divergence ?? null,
    missing,
    recordedMs: Math.round(recordedMs),
    elapsedMs: Math.round(elapsedMs * 10) / 10,
  };
}
