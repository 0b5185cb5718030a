import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunFold } from "../../events/folds/run-fold.ts";
import type { RunEvent } from "../../events/types.ts";
import type { Notifier } from "../notifier.ts";
import { envStatsText } from "./env-stats-text.ts";

export interface EnvStatsOptions {
  readonly runFolder: string;
  readonly now?: () => number;
}

const REFRESH_MS = 1000;
const TOLD: ReadonlySet<RunEvent["type"]> = new Set([
  "environment-ready",
  "environment-failed",
  "environment-deleted",
  "case-started",
  "case-finished",
]);

/**
 * Keeps `environments/environment_stats.log` in the run folder: which environments there were, for how long, and which
 * cases ran on them. It is written anew at most once a second, and at the end.
 */
export function envStatsNotifier({ runFolder, now = Date.now }: EnvStatsOptions): Notifier {
  const folder = join(runFolder, "environments");
  const path = join(folder, "environment_stats.log");
  const fold = new RunFold();
  let writtenAt = 0;
  const write = (): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${path}.new`, envStatsText(fold.summary()));
    renameSync(`${path}.new`, path);
    writtenAt = now();
  };
  return {
    name: "env_stats",
    onEvent(event) {
      fold.apply(event);
      if (TOLD.has(event.type) && now() - writtenAt >= REFRESH_MS) write();
    },
    onPastEvent: (event) => fold.apply(event),
    async close() {
      write();
      return [path];
    },
  };
}
