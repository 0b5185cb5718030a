import { makePaint } from "../../notifiers/paint.ts";
import { compareRuns, type RunDiff } from "../../report/diff/compare-runs.ts";
import { diffDocument } from "../../report/diff/diff-document.ts";
import { diffText } from "../../report/diff/diff-text.ts";
import type { RecordedRun } from "./read-run.ts";

export const compare = (before: RecordedRun, after: RecordedRun): RunDiff => compareRuns(before.summary, after.summary);

export const diffAs = (format: "text" | "json", diff: RunDiff, color: boolean): string =>
  format === "json" ? `${JSON.stringify(diffDocument(diff))}\n` : diffText(diff, makePaint(color));
