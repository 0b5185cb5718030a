import { resolve } from "node:path";
import { DEFAULT_ORDER, type PlanOrder } from "../plan/order.ts";
import { readPastCases } from "../run/past-cases.ts";
import type { TestRunOptions } from "./run-options.ts";

/**
 * The order in which the results of a runbook start, with what earlier runs tell where the policy asks for it. `except`
 * is the folder of a run that is no earlier one.
 */
export function planOrder(
  { schedule = DEFAULT_ORDER.policy, logPath = "runs" }: Pick<TestRunOptions, "schedule" | "logPath">,
  runbook: string,
  except?: string,
): PlanOrder {
  const history = schedule === "fail-fast" ? readPastCases(resolve(logPath), runbook, except) : DEFAULT_ORDER.history;
  return { policy: schedule, history };
}
