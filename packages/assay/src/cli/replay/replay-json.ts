import type { Replay } from "../../engine/index.ts";
import type { Divergence } from "../../recording/replay/divergence.ts";

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
    divergence: divergence === undefined ? null : jsonOfDivergence(divergence),
    missing,
    recordedMs: Math.round(recordedMs),
    elapsedMs: Math.round(elapsedMs * 10) / 10,
  };
}

/** Every key is there, so that readers need not ask for it. */
function jsonOfDivergence({ kind, node, expected, got, next, at }: Divergence): object {
  const [where, recorded, now, following, place] = [node, expected, got, next, at].map((value) => value ?? null);
  return { kind, node: where, expected: recorded, got: now, next: following, at: place };
}
