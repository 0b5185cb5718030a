import type { Analysis } from "../events/folds/run-summary.ts";
import type { EventBody } from "../events/types.ts";

/** What is told of a result besides its end. */
export interface Remarks {
  /** A sentence on the metrics that miss the criteria of the runbook. */
  readonly missedCriteria?: string;
  /** What those who read the evidence of a failed case make of it. */
  readonly analyses?: readonly Analysis[];
}

/** Gathers what is told of results before and after they are final; most have nothing. */
export class ResultRemarks {
  readonly #remarks = new Map<string, Remarks>();

  hear(event: EventBody): void {
    if (event.type === "case-started") this.#remarks.delete(event.resultId);
    else if (event.type === "case-evaluation" && event.missed !== undefined) {
      this.#remarks.set(event.resultId, { ...this.of(event.resultId), missedCriteria: event.missed });
    } else if (event.type === "case-analysis") {
      const { resultId, by, text, problem } = event;
      const before = this.of(resultId);
      this.#remarks.set(resultId, { ...before, analyses: [...(before.analyses ?? []), { by, text, problem }] });
    }
  }

  of(resultId: string): Remarks {
    return this.#remarks.get(resultId) ?? {};
  }
}
