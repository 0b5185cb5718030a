import type { EventBody } from "../events/types.ts";
import type { Aftercare } from "./aftercare.ts";
import { keepDiagnostics } from "./diagnostics/keep-diagnostics.ts";
import { type CaseJudges, judgeOutcome } from "./judge-outcome.ts";
import type { Leftovers, PollutionWatch } from "./pollution/pollution-watch.ts";
import { type RecordCaseOptions, recordCase } from "./record-case.ts";
import { type CaseOutcome, runCase } from "./run-case.ts";

export interface AttendCaseOptions extends RecordCaseOptions {
  readonly aftercare: Aftercare;
  readonly judges?: CaseJudges;
  /** Stores what the case asks of its nodes. */
  readonly isRecording?: boolean;
  readonly watch: PollutionWatch;
  /** The environment serves other cases when this one leaves it as it was. */
  readonly isShared: boolean;
}

/** So many things left behind are told by name; a case that leaves more has left enough. */
const MOST_FINDINGS = 50;

/**
 * Runs a case and looks at its machines: how they are when it failed, and what it left behind; what the runbook asks
 * besides may fail a case that passed. What is looked at is no part of a recording; an environment that is not as it was
 * serves no other case.
 */
export async function attendCase(options: AttendCaseOptions): Promise<CaseOutcome> {
  const { aftercare, isRecording, environment, watch, signal } = options;
  const limitMs = aftercare.diagnosticsMs;
  const isWatched = wantsWatch(options);
  if (isWatched) await watch.before(environment, signal);
  const run = isRecording === true ? recordCase : runCase;
  const onFailure = limitMs > 0 ? () => keepDiagnostics({ ...options, limitMs }) : undefined;
  const metrics: Extract<EventBody, { type: "case-metric" }>[] = [];
  const own = await run({
    ...options,
    ...(onFailure && { onFailure }),
    emit(event) {
      if (event.type === "case-metric") metrics.push(event);
      options.emit(event);
    },
  });
  const outcome = await judgeOutcome(options, own, metrics);
  if (outcome.finished.status !== own.finished.status) await onFailure?.();
  const isThrownAway = !outcome.isReusable && aftercare.pollution !== "on";
  if (!isWatched || isThrownAway || signal.aborted) return outcome;
  const leftovers = await watch.after(environment, signal);
  for (const each of leftovers) tell(options, each);
  return leftovers.length === 0 ? outcome : { ...outcome, isReusable: false };
}

function wantsWatch({ aftercare, environment, isShared }: AttendCaseOptions): boolean {
  if (aftercare.pollution !== "auto") return aftercare.pollution === "on";
  return isShared && !environment.nodes.some(({ isLocal }) => isLocal);
}

function tell({ identity, folder, emit }: AttendCaseOptions, { node, findings }: Leftovers): void {
  for (const finding of findings) folder.log("warn", `left behind on '${node}': ${finding}`);
  const more = Math.max(0, findings.length - MOST_FINDINGS);
  emit({ type: "case-pollution", ...identity, node, findings: findings.slice(0, MOST_FINDINGS), more });
}
