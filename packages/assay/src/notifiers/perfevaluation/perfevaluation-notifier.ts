import { resolve } from "node:path";
import type { EventOf, MetricEvaluation, RunEvent } from "../../events/types.ts";
import { replaceFile } from "../../host/replace-file.ts";
import type { Notifier } from "../notifier.ts";

export interface PerfevaluationOptions {
  readonly runFolder: string;
  /** Relative to the run folder; undefined for no file. */
  readonly outputFile: string | undefined;
}

/**
 * Writes how everything that was measured compares with the criteria, with LISA's names of fields, when it is closed.
 * What missed criteria do to results is decided while the cases run; this only tells. Of a case that was tried again the
 * last attempt counts.
 */
export function perfevaluationNotifier({ runFolder, outputFile }: PerfevaluationOptions): Notifier {
  const evaluated = new Map<string, readonly Entry[]>();
  let platform = "";
  const apply = (event: RunEvent): void => {
    if (event.type === "run-started" || event.type === "plan-added") platform = event.platform;
    else if (event.type === "case-started") evaluated.delete(event.resultId);
    else if (event.type === "case-evaluation") {
      evaluated.set(
        event.resultId,
        event.evaluations.map((each) => entryOf(event, each, platform)),
      );
    }
  };
  return {
    name: "perfevaluation",
    onEvent: apply,
    onPastEvent: apply,
    async close() {
      if (outputFile === undefined) return [];
      const path = resolve(runFolder, outputFile);
      await replaceFile(path, `${JSON.stringify(documentOf([...evaluated.values()].flat()), null, 2)}\n`);
      return [path];
    },
  };
}

function entryOf(event: EventOf<"case-evaluation">, evaluation: MetricEvaluation, platform: string) {
  return {
    timestamp: event.at,
    test_case_name: event.case,
    test_result_id: event.resultId,
    metric_name: evaluation.name,
    metric_value: evaluation.value,
    metric_unit: evaluation.unit,
    metric_relativity: evaluation.relativity ?? "",
    tool: evaluation.tool ?? "",
    platform,
    vmsize: evaluation.vmSize,
    role: evaluation.role ?? "",
    criteria_defined: evaluation.hasCriteria,
    criteria_met: evaluation.isMet,
    evaluation_message: evaluation.message,
  };
}

type Entry = ReturnType<typeof entryOf>;

function documentOf(evaluations: readonly Entry[]) {
  const judged = evaluations.filter(({ criteria_defined: isDefined }) => isDefined);
  const met = judged.filter(({ criteria_met: isMet }) => isMet).length;
  const rate = judged.length === 0 ? 0 : (100 * met) / judged.length;
  return {
    summary: {
      total_evaluations: evaluations.length,
      evaluations_with_criteria: judged.length,
      evaluations_without_criteria: evaluations.length - judged.length,
      criteria_met: met,
      criteria_failed: judged.length - met,
      success_rate_percent: Math.round(rate * 100) / 100,
    },
    evaluations,
  };
}
