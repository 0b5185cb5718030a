import type { EventOf } from "../types.ts";
import type { TransformerSummary } from "./run-summary.ts";

/** Folds the transformers of a run; the folder of a transformer's log is its own each time it runs. */
export class TransformerFold {
  readonly #transformers = new Map<string, TransformerSummary>();

  apply(event: EventOf<"transformer-started" | "transformer-finished">): void {
    const isOver = event.type === "transformer-finished";
    this.#transformers.set(event.folder, {
      transformer: event.transformer,
      kind: event.kind,
      phase: event.phase,
      combination: event.combination,
      environment: event.environment,
      node: event.node,
      folder: event.folder,
      startedAt: this.#transformers.get(event.folder)?.startedAt ?? event.at,
      elapsedMs: isOver ? event.elapsedMs : undefined,
      message: isOver ? event.message : "",
      outputs: isOver ? event.outputs : {},
    });
  }

  transformers(): readonly TransformerSummary[] {
    return [...this.#transformers.values()];
  }
}
