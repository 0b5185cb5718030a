import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { type EvidenceLimits, readCaseEvidence } from "../case-evidence.ts";
import { detailOf, type ResultDetail } from "./result-detail.ts";

const GENEROUS: EvidenceLimits = { commands: 200, outputLength: 8000, serialLength: 32_000 };
const LEAN: EvidenceLimits = { commands: 60, outputLength: 2000, serialLength: 6000 };
const LINKS_ONLY: EvidenceLimits = { commands: 0, outputLength: 0, serialLength: 0 };

/** A page of more than this is slow to load; what does not fit stays in the case folders, which are linked. */
const BUDGET = 24_000_000;
const MANY_RESULTS = 200;
/** Results whose files are read together: waiting for the disk one file at a time took half of the time. */
const AT_ONCE = 16;

/**
 * Details of the results in the given order. Results that need a person get long excerpts, the others short ones
 * when there are many, and none when the page would grow over 24 million characters.
 */
export async function collectDetails(
  summary: RunSummary,
  ordered: readonly ResultSummary[],
  runFolder: string,
): Promise<ResultDetail[]> {
  const environments = new Map(summary.environments.map((environment) => [environment.name, environment]));
  const details: ResultDetail[] = [];
  let left = BUDGET;
  for (let from = 0; from < ordered.length; from += AT_ONCE) {
    const isFull = left <= 0;
    const made = ordered.slice(from, from + AT_ONCE).map(async (result) => {
      const limits = isFull ? LINKS_ONLY : limitsFor(result, ordered.length);
      const evidence = await readCaseEvidence(runFolder, result, limits);
      const environment = result.environment === undefined ? undefined : environments.get(result.environment);
      const full = detailOf(result, environment, evidence);
      return isFull ? { ...full, log: [], droppedLogLines: full.log.length + full.droppedLogLines } : full;
    });
    for (const detail of await Promise.all(made)) {
      left -= sizeOf(detail);
      details.push(detail);
    }
  }
  return details;
}

const limitsFor = (result: ResultSummary, total: number): EvidenceLimits =>
  total > MANY_RESULTS && (result.status === "PASSED" || result.status === "SKIPPED") ? LEAN : GENEROUS;

function sizeOf(detail: ResultDetail): number {
  let size = detail.serial.length + detail.stack.length + detail.panic.length;
  for (const [, , text] of detail.log) size += text.length;
  for (const { command, stdout, stderr } of detail.commands) size += command.length + stdout.length + stderr.length;
  return size;
}
