import type { CombinationValues } from "../events/types.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Combination, CombinationVerdict } from "../runbook/combinators/combinator.ts";
import type { Runbook, TransformerPhase } from "../runbook/types.ts";
import { type CombinationLabels, combinationValues, labelled } from "./combination-label.ts";
import { isDeploymentFailure } from "./resume/past-run.ts";
import { notSelected, plannedResults, runPlan } from "./run-plan.ts";
import type { FinishedResult, PlanOutcome } from "./run-report.ts";
import type { RunSession } from "./run-session.ts";
import type { StagesOptions } from "./run-stages.ts";
import type { SharedWork } from "./schedule/schedule-options.ts";
import type { RunVariables } from "./stage.ts";
import { type PhaseOptions, runPhase } from "./transform/run-phase.ts";

/** How long what cleans up a combination may take, also when the run was interrupted. */
const CLEANUP_MS = 30 * 60_000;

export interface CombinationRun extends Pick<StagesOptions, "plan" | "makePlatform" | "findTransformer" | "signal"> {
  /** Undefined without a combinator. */
  readonly combination: Combination | undefined;
  readonly labels: CombinationLabels;
  readonly variables: RunVariables;
  /** Gives its part in what combinations share, once the platform is there; undefined when it runs alone. */
  readonly share: (platform: Platform, runbook: Runbook) => SharedWork | undefined;
}

/**
 * Runs one combination from its phase `expanded` to its phase `expanded_cleanup`, which comes when all its results are
 * final and its environments deleted, also after an error. Throws what ends the whole run.
 */
export async function runCombination(session: RunSession, run: CombinationRun): Promise<CombinationVerdict> {
  const { variables, signal } = run;
  const { past } = session;
  const values = run.combination && combinationValues(run.combination);
  const combination = values === undefined ? {} : { combination: values };
  const kernels: boolean[] = [];
  const phase: RunPhase = (name, more) =>
    runPhase(name, {
      session,
      variables,
      find: run.findTransformer,
      onKernel: (isBuilt) => kernels.push(isBuilt),
      ...combination,
      ...more,
    });
  let outcome: PlanOutcome | undefined;
  let label = "";
  let failure: { readonly error: unknown } | undefined;
  try {
    if (values !== undefined) {
      session.learnSecrets((await variables.stage()).runbook);
      label = run.labels.next(values);
    }
    const verdict = past?.verdictOf(label);
    if (past !== undefined && verdict !== undefined) {
      session.add(standingOutcome(past.resultsOf(label)));
      return verdict;
    }
    outcome = await runCases(session, run, { values, label }, phase);
  } catch (error) {
    failure = { error };
  }
  try {
    await phase("expanded_cleanup", { signal: AbortSignal.timeout(CLEANUP_MS) });
  } catch (error) {
    if (failure !== undefined) {
      const told = error instanceof Error ? error.message : String(error);
      session.emit({ type: "notice", level: "warn", text: `The clean-up did not end well either: ${told}` });
    }
    failure ??= { error };
  }
  if (failure !== undefined) throw failure.error;
  const verdict = verdictOfCombination(outcome?.finished ?? [], kernels);
  const isOver = !signal.aborted && outcome?.gaveUp === undefined;
  if (isOver) session.emit({ type: "combination-finished", label, verdict });
  return verdict;
}

/** What a combination adds to the verdict whose results were final when the run was cut off. */
function standingOutcome(finished: readonly FinishedResult[]): PlanOutcome {
  const deploymentFailures = finished.filter(isDeploymentFailure).length;
  return { finished, planned: finished.length, deploymentFailures, gaveUp: undefined, isConfigurationWrong: false };
}

type RunPhase = (name: TransformerPhase, more: Pick<PhaseOptions, "signal" | "target">) => Promise<void>;

async function runCases(
  session: RunSession,
  run: CombinationRun,
  { values, label }: { readonly values: CombinationValues | undefined; readonly label: string },
  phase: RunPhase,
): Promise<PlanOutcome> {
  const { variables, signal } = run;
  await phase("expanded", { signal });
  const stage = await variables.stage();
  session.learnSecrets(stage.runbook);
  await using platform = await run.makePlatform(stage);
  const made = run.plan(stage, platform);
  const plan = values === undefined ? made : labelled(made, label);
  session.addPlan({
    combination: values,
    platform: platform.type,
    plan: plannedResults(plan, values),
    excluded: notSelected(plan),
  });
  const hasConnected = stage.runbook.transformers?.some((each) => each.phase === "environment_connected") ?? false;
  const shared = run.share(platform, stage.runbook);
  const outcome = await runPlan(session, {
    runbook: stage.runbook,
    plan,
    platform,
    variables: () => variables.latest.runbook.caseVariables,
    ...(shared === undefined ? {} : { shared }),
    ...(values === undefined ? {} : { combination: values }),
    ...(hasConnected && {
      async connected(environment, connectedSignal) {
        for (const node of environment.nodes) {
          await phase("environment_connected", {
            signal: connectedSignal,
            target: { environment: environment.name, node },
          });
        }
      },
    }),
  });
  session.add(outcome);
  return outcome;
}

/** As LISA's bisection judges: SKIPPED and ATTEMPTED results say nothing. */
function verdictOfCombination(results: readonly FinishedResult[], kernels: readonly boolean[]): CombinationVerdict {
  const has = (status: FinishedResult["status"]): boolean => results.some((result) => result.status === status);
  if (has("FAILED") || kernels.includes(false)) return "failed";
  return has("PASSED") || kernels.includes(true) ? "passed" : "none";
}
