/** Types that the functions of the library lead to and that stand where the work is done. */
export type {
  Analysis,
  Artifact,
  EnvironmentSummary,
  LogLine,
  Metric,
  Notice,
  Pollution,
  ProgressStep,
  Repeat,
  ResultSummary,
  RunSummary,
  Subtest,
  TransformerSummary,
} from "../events/folds/run-summary.ts";
export type { PlannedEnvironment } from "../plan/environments.ts";
export type { ExpandedCombinator, ExpandedProblem, ExpandedRunbook, PlannedCombination } from "../plan/expand.ts";
export type { CaseExplanation, ExplainedSetting, ExplainedStep } from "../plan/explain-case.ts";
export type { ExplainedCombinations } from "../plan/explain-combinations.ts";
export type { SchedulePolicy } from "../plan/order.ts";
export type { ExcludedCase, PlanEntry } from "../plan/plan.ts";
export type { CombinationPlan } from "../plan/planner.ts";
export type { CaseSettings, SelectionStep } from "../plan/selection-step.ts";
export type { TransformerOrder } from "../plan/transformers.ts";
export type { Divergence } from "../recording/replay/divergence.ts";
export type { ChangeKind, ResultChange, RunDiff } from "../report/diff/compare-runs.ts";
export type { HostLimit } from "../run/capacity/host-limit.ts";
export type { Replayed, ReplayVerdict } from "../run/replay-case.ts";
export type { Remarks } from "../run/result-remarks.ts";
export type { FinishedResult, RunReport } from "../run/run-report.ts";
export type { RunVerdict } from "../run/verdict.ts";
export type { CsvTable } from "../runbook/combinators/csv.ts";
export type * from "../runbook/environment-types.ts";
export type * from "../runbook/requirement.ts";
export type { FieldTable } from "../runbook/schema/field.ts";
export type { PlainValue } from "../runbook/value.ts";
