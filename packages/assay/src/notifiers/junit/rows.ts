import type { ResultSummary } from "../../events/folds/run-summary.ts";
import { resultInstance } from "../../events/result-instance.ts";

export interface JunitOptions {
  /** Parts of cases are cases of their own, of the class `Suite.case`. */
  readonly hasSubtests?: boolean;
  /** Names tell results of one case apart; true when absent. */
  readonly hasInstances?: boolean;
}

/** One `testcase`. */
export interface Row {
  readonly name: string;
  readonly className: string;
  /** What it tells of itself. */
  readonly result: ResultSummary;
}

/** The rows a result makes: itself, and its parts when they are wanted; the time of a part is not counted twice. */
export function rowsOf(
  result: ResultSummary,
  { hasSubtests = false, hasInstances = true }: JunitOptions,
): readonly Row[] {
  const name = hasInstances ? `${result.case}${resultInstance(result)}` : result.case;
  if (!hasSubtests || result.subtests.length === 0) return [{ name, className: result.suite, result }];
  const partsMs = result.subtests.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const parts = result.subtests.map(({ name: part, status, message, durationMs }) => ({
    name: part,
    className: `${result.suite}.${name}`,
    result: { ...result, ...NOTHING_ELSE, status, message, durationMs },
  }));
  const own = { ...result, durationMs: Math.max(0, result.durationMs - partsMs), subtests: [] };
  return [{ name, className: result.suite, result: own }, ...parts];
}

/** Evidence stands with the case, not with each of its parts. */
const NOTHING_ELSE = {
  warning: undefined,
  stack: undefined,
  panic: undefined,
  serialTail: undefined,
  environment: undefined,
  folder: undefined,
  log: [],
  metrics: [],
  subtests: [],
  pollution: [],
  analyses: [],
  missedCriteria: undefined,
  repetition: undefined,
} as const;
