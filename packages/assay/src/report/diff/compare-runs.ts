import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import type { ResultIdentity } from "../../events/types.ts";
import { sameMessage } from "./same-message.ts";

/** One result in both runs; undefined where a run does not have it. */
export interface ResultChange extends ResultIdentity {
  readonly before: ResultSummary | undefined;
  readonly after: ResultSummary | undefined;
  /** Why the second run does not have it, where its plan tells. */
  readonly reason?: string;
}

/** Kinds of change that exclude each other. */
type StatusChange = "newFailures" | "fixed" | "newSkips" | "notFinished" | "noLongerRun" | "newlyRun";
/** Of results whose status tells the same; one result may have both. */
type OtherChange = "slower" | "changedMessages";
export type ChangeKind = StatusChange | OtherChange;

/** In the order in which they are told. */
export const CHANGE_KINDS: readonly ChangeKind[] = [
  "newFailures",
  "notFinished",
  "fixed",
  "newSkips",
  "noLongerRun",
  "newlyRun",
  "slower",
  "changedMessages",
];

/** What is different in the second of two runs; results are matched by their id, combination and number included. */
export interface RunDiff {
  readonly before: RunSummary;
  readonly after: RunSummary;
  readonly changes: Readonly<Record<ChangeKind, readonly ResultChange[]>>;
  /** Results of both runs without any change. */
  readonly unchanged: number;
  /** Results that are worse in a way that fails a gate. */
  readonly regressions: readonly ResultChange[];
  /** There are regressions, or only the first run came to a verdict about what it tested. */
  readonly isRegression: boolean;
}

/** A result is slower when it takes at least half as long again, and at least a second more. */
export const SLOWER = { factor: 1.5, moreMs: 1000 } as const;

export function compareRuns(before: RunSummary, after: RunSummary): RunDiff {
  const changes: Record<ChangeKind, ResultChange[]> = {
    newFailures: [],
    notFinished: [],
    fixed: [],
    newSkips: [],
    noLongerRun: [],
    newlyRun: [],
    slower: [],
    changedMessages: [],
  };
  const excluded = new Map(after.excluded.map(({ suite, case: name, reason }) => [`${suite}.${name}`, reason]));
  let unchanged = 0;
  for (const change of pairs(before, after)) {
    const kinds = kindsOf(change, before, after);
    for (const kind of kinds) {
      const isMissing = change.after === undefined;
      const reason = isMissing ? reasonOf(kind, excluded.get(`${change.suite}.${change.case}`)) : undefined;
      changes[kind].push(reason === undefined ? change : { ...change, reason });
    }
    if (kinds.length === 0) unchanged += 1;
  }
  const regressions = [
    ...changes.newFailures.filter((change) => change.after?.status === "FAILED"),
    ...changes.notFinished.filter((change) => change.before?.status === "PASSED"),
  ];
  const isRegression = regressions.length > 0 || (hasTested(before) && !hasTested(after));
  return { before, after, changes, unchanged, regressions, isRegression };
}

const reasonOf = (kind: ChangeKind, exclusion: string | undefined): string | undefined =>
  kind === "notFinished" ? "The run ended before it was planned." : exclusion;

/** In the order of the second run; what only the first one has comes last. */
function pairs(before: RunSummary, after: RunSummary): readonly ResultChange[] {
  const earlier = new Map(before.results.map((result) => [result.resultId, result]));
  const later = new Set(after.results.map(({ resultId }) => resultId));
  return [
    ...after.results.map((result) => ({
      ...identityOf(result),
      before: earlier.get(result.resultId),
      after: result,
    })),
    ...before.results
      .filter(({ resultId }) => !later.has(resultId))
      .map((result) => ({ ...identityOf(result), before: result, after: undefined })),
  ];
}

const identityOf = ({ resultId, suite, case: name, combination }: ResultSummary): ResultIdentity => ({
  resultId,
  suite,
  case: name,
  ...(combination === undefined ? {} : { combination }),
});

function kindsOf(change: ResultChange, first: RunSummary, second: RunSummary): readonly ChangeKind[] {
  const { before, after } = change;
  const status = after === undefined ? absence(second) : statusChange(before, after);
  if (status !== undefined) return [status];
  if (before === undefined || after === undefined || !isFinal(before)) return [];
  const kinds: ChangeKind[] = isSlower(before, after) ? ["slower"] : [];
  const isSame =
    before.status === after.status && sameMessage({ run: first, result: before }, { run: second, result: after });
  return isSame ? kinds : [...kinds, "changedMessages"];
}

/** What a run did not plan it does not run any more, unless it ended before its plan was known. */
const absence = ({ isPlanOpen }: RunSummary): StatusChange => (isPlanOpen ? "notFinished" : "noLongerRun");

function statusChange(before: ResultSummary | undefined, after: ResultSummary): StatusChange | undefined {
  if (!isFinal(after)) return before === undefined || isFinal(before) ? "notFinished" : undefined;
  switch (after.status) {
    case "FAILED":
      return before?.status === "FAILED" ? undefined : "newFailures";
    case "ATTEMPTED":
      return isFailing(before) ? undefined : "newFailures";
    case "SKIPPED":
      return before?.status === "SKIPPED" ? undefined : "newSkips";
    default:
      return isFailing(before) ? "fixed" : before?.status === "PASSED" ? undefined : "newlyRun";
  }
}

const isFinal = ({ status }: ResultSummary): boolean =>
  status === "PASSED" || status === "FAILED" || status === "SKIPPED" || status === "ATTEMPTED";

const isFailing = (result: ResultSummary | undefined): boolean =>
  result?.status === "FAILED" || result?.status === "ATTEMPTED";

const isSlower = (before: ResultSummary, after: ResultSummary): boolean =>
  after.durationMs >= before.durationMs * SLOWER.factor && after.durationMs - before.durationMs >= SLOWER.moreMs;

/** The run came to a verdict about what it tested, and not about itself. */
const hasTested = ({ verdict }: RunSummary): boolean => verdict === "passed" || verdict === "failed";
