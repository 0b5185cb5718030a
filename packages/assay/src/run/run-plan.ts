import { AssayError, ExitCode } from "../errors/assay-error.ts";
import { PlatformError } from "../errors/catalogue.ts";
import type { CombinationValues, EventOf } from "../events/types.ts";
import type { Plan } from "../plan/plan.ts";
import type { Environment, Platform } from "../platforms/platform.ts";
import type { Runbook } from "../runbook/types.ts";
import { DEFAULT_AFTERCARE } from "./aftercare.ts";
import { DEFAULT_CIRCUIT } from "./health/circuit.ts";
import { requirementOf } from "./requirement.ts";
import { identityOf } from "./result-identity.ts";
import { isDeploymentFailure, type PastRun } from "./resume/past-run.ts";
import type { FinishedResult, PlanOutcome } from "./run-report.ts";
import type { RunSession } from "./run-session.ts";
import { schedule } from "./schedule/schedule.ts";
import type { SharedWork } from "./schedule/schedule-options.ts";
import { verdictOfError } from "./verdict-of-error.ts";

export interface PlanRun {
  readonly runbook: Runbook;
  readonly plan: Plan;
  readonly platform: Platform;
  /** Values of the combinator. */
  readonly combination?: CombinationValues;
  /** Variables that cases see, asked before each case. */
  readonly variables: () => Readonly<Record<string, unknown>>;
  /** Called each time an environment is connected, before cases use it; what it throws fails the deployment. */
  readonly connected?: (environment: Environment, signal: AbortSignal) => Promise<void>;
  readonly shared?: SharedWork;
}

/** As the runbook's default. */
const DEFAULT_WAIT_MS = 5 * 60_000;

/** Runs the cases of a plan that have no final result on a platform and deletes the environments made for them. */
export async function runPlan(session: RunSession, run: PlanRun): Promise<PlanOutcome> {
  const { plan, platform, runbook, combination } = run;
  const { emit, mask } = session;
  const { folder, signal, performance } = session.options;
  const { past } = session;
  const standingOf = ({ resultId }: { readonly resultId: string }) => past?.finished.get(mask(resultId));
  const isLeft = (entry: { readonly resultId: string }): boolean => standingOf(entry) === undefined;
  const standing = [...plan.excluded, ...plan.entries].flatMap((entry) => standingOf(entry) ?? []);
  const refused = plan.excluded.filter(isLeft).map((entry) => skippedResult(entry, combination));
  for (const result of refused) emit(result);
  const entries = plan.entries.filter(isLeft);
  const nothing: PlanOutcome = {
    finished: [...standing, ...refused],
    planned: plan.entries.length + plan.excluded.length,
    deploymentFailures: standing.filter(isDeploymentFailure).length,
    gaveUp: undefined,
    isConfigurationWrong: false,
  };
  const [first] = entries;
  if (first === undefined) return nothing;
  try {
    if (past !== undefined) await removeLeftBehind(platform, past, session);
    await platform.prepare({
      signal,
      logFolder: folder.environmentFolder("prepare"),
      progress: (progress) => emit({ type: "platform-progress", ...progress }),
      firstRequirement: requirementOf(first.case, runbook),
    });
  } catch (error) {
    if (signal.aborted) return nothing;
    if (!(error instanceof AssayError)) throw error;
    const serialTail = "serialTail" in error && typeof error.serialTail === "string" ? error.serialTail : undefined;
    emit({
      type: "environment-failed",
      environment: "prepare",
      message: error.message,
      ...(error.help === undefined ? {} : { help: error.help }),
      ...(serialTail === undefined ? {} : { serialTail }),
    });
    const isConfigurationWrong = error.exitCode === ExitCode.configuration;
    const results =
      error instanceof PlatformError ? entries.map((entry) => notDeployed(entry, error, combination)) : [];
    for (const result of results) emit(result);
    const deploymentFailures = nothing.deploymentFailures + results.filter(isDeploymentFailure).length;
    const finished = [...nothing.finished, ...results];
    return { ...nothing, finished, deploymentFailures, gaveUp: error.message, isConfigurationWrong };
  }
  const scheduled = await schedule({
    entries,
    platform,
    machines: runbook,
    deployRetry: runbook.environment?.retry ?? 0,
    waitResourceMs: runbook.waitResourceTimeoutMs ?? DEFAULT_WAIT_MS,
    circuit: { ...DEFAULT_CIRCUIT, ...session.options.circuit },
    ...(runbook.platform.capture && { capture: runbook.platform.capture }),
    resources: session.resources,
    concurrency: Math.min(runbook.concurrency ?? platform.maxEnvironments, platform.maxEnvironments),
    isStoppedByFailure: runbook.exitOnFirstFailure ?? false,
    folder,
    variables: run.variables,
    nextEnvironment: session.nextEnvironment,
    disk: session.disk,
    startsBefore: (resultId) => past?.startsOf(mask(resultId)) ?? 0,
    failedBefore: standing.find(({ status }) => status === "FAILED")?.resultId,
    mask,
    isRecording: session.options.isRecording ?? false,
    aftercare: { ...DEFAULT_AFTERCARE, ...session.options.aftercare },
    judges: {
      assertsKernelLog: runbook.platform.capture?.assertKernelErrors ?? false,
      ...(performance && { performance }),
    },
    emit,
    signal,
    ...(run.shared === undefined ? {} : { shared: run.shared }),
    ...(combination === undefined ? {} : { combination }),
    ...(run.connected === undefined ? {} : { connected: run.connected }),
  });
  return {
    ...nothing,
    finished: [...nothing.finished, ...scheduled.finished],
    deploymentFailures: nothing.deploymentFailures + scheduled.deploymentFailures,
    gaveUp: scheduled.gaveUp,
  };
}

/** Machines of the dead process take room from those that are made now. */
async function removeLeftBehind(platform: Platform, past: PastRun, { emit, options }: RunSession): Promise<void> {
  const { folder, signal } = options;
  const left = { runFolder: folder.path, environments: [...past.leftEnvironments], signal };
  const removed = (await platform.removeLeftBehind?.(left)) ?? [];
  if (removed.length === 0) return;
  const names = removed.map((name) => `'${name}'`).join(", ");
  emit({ type: "notice", level: "info", text: `Machines that runs had left behind were removed: ${names}.` });
}

/** The result of an entry whose platform could not be made ready. */
function notDeployed(
  entry: Plan["entries"][number],
  error: PlatformError,
  combination: CombinationValues | undefined,
): FinishedResult {
  const { status, message, failureClass } = verdictOfError(error, entry.ignoreFailure, "deployment");
  return {
    type: "case-finished",
    ...identityOf(entry, combination),
    ...{ status, message, durationMs: 0, rebootMs: 0, environment: undefined },
    ...(failureClass === undefined ? {} : { failureClass }),
  };
}

/** The results of a plan, as the first event of a run tells them. */
export function plannedResults(plan: Plan, combination?: CombinationValues): EventOf<"run-started">["plan"] {
  return [...plan.excluded, ...plan.entries].map((entry) => ({
    ...identityOf(entry, combination),
    about: entry.case.about,
    priority: entry.case.priority,
    area: entry.case.suite.area,
    timeoutMs: entry.case.timeoutMs,
  }));
}

export function notSelected(plan: Plan): EventOf<"run-started">["excluded"] {
  const reason = "The runbook does not select it.";
  return plan.notSelected.map((each) => ({ suite: each.suite.name, case: each.name, reason }));
}

function skippedResult(entry: Plan["excluded"][number], combination: CombinationValues | undefined): FinishedResult {
  return {
    type: "case-finished",
    ...identityOf(entry, combination),
    status: "SKIPPED",
    message: entry.reason,
    durationMs: 0,
    rebootMs: 0,
    environment: undefined,
  };
}
