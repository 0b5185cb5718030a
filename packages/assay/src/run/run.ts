import type { Plan } from "../plan/plan.ts";
import type { Platform } from "../platforms/platform.ts";
import { notSelected, plannedResults, runPlan } from "./run-plan.ts";
import type { RunReport } from "./run-report.ts";
import { RunSession, type SessionOptions } from "./run-session.ts";

export type { RunReport } from "./run-report.ts";

export interface RunOptions extends SessionOptions {
  readonly plan: Plan;
  readonly platform: Platform;
}

/** Runs a plan that is known beforehand on a platform. Everything that happens goes through the journal. */
export async function run(options: RunOptions): Promise<RunReport> {
  const { runbook, plan, platform } = options;
  using session = new RunSession(options);
  session.start({ platform: platform.type, plan: plannedResults(plan), excluded: notSelected(plan) });
  session.add(await runPlan(session, { runbook, plan, platform, variables: () => runbook.caseVariables }));
  return await session.finish();
}
