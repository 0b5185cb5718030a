import type { CombinationValues, EventOf, RunEvent } from "../../events/types.ts";
import type { AssignedVariable, TransformerSettings } from "../../runbook/types.ts";
import type { PlainValue } from "../../runbook/value.ts";

type Finished = EventOf<"transformer-finished">;

/** Phases whose transformers prepare what outlives a killed run; those of the others belong to machines that are gone. */
const LASTING: ReadonlySet<string> = new Set(["init", "expanded"]);

interface Standing {
  readonly event: Finished;
  /** How often the run had been gone on with when it finished. */
  readonly part: number;
}

/**
 * Outputs of transformers that need not run again. A transformer stands when it finished, all its outputs are in the
 * journal, what it made has not been cleaned up, and every one before it in the order of the runbook stands as well.
 */
export class StandingOutputs {
  readonly #finished = new Map<string, Standing>();
  #part = 0;
  /** The part in which the last transformer that was asked about ran, by combination; Infinity once one runs again. */
  readonly #reached = new Map<string, number>();

  apply(event: RunEvent): void {
    if (event.type === "run-resumed") {
      this.#part += 1;
      if (event.changes.length > 0) this.#finished.clear();
    } else if (event.type === "transformer-started") {
      this.#finished.delete(keyOf(event.phase, event.transformer, event.combination));
      this.#forgetCleaned(event);
    } else if (event.type === "transformer-finished" && LASTING.has(event.phase) && isWhole(event)) {
      const key = keyOf(event.phase, event.transformer, event.combination);
      this.#finished.set(key, { event, part: this.#part });
    }
  }

  /** From now on every transformer runs again. */
  clear(): void {
    this.#finished.clear();
  }

  /**
   * What the transformer set, when it stands; undefined when it has to run. To be asked for each that is about to run,
   * in their order. `values` are those of the combination as they will stand in the journal.
   */
  take(
    { phase, name }: Pick<TransformerSettings, "phase" | "name">,
    values: CombinationValues | undefined,
  ): readonly AssignedVariable[] | undefined {
    if (!LASTING.has(phase)) return undefined;
    const scope = phase === "init" ? INIT : scopeOf(values);
    const reached = Math.max(this.#reached.get(INIT) ?? 0, this.#reached.get(scope) ?? 0);
    const standing = this.#finished.get(keyOf(phase, name, values));
    const stands = standing !== undefined && standing.part >= reached && !isHidden(values);
    this.#reached.set(scope, stands ? standing.part : Number.POSITIVE_INFINITY);
    return stands ? assignedBy(standing.event) : undefined;
  }

  /** What cleans up takes away what the transformers before it have made. */
  #forgetCleaned({ phase, combination }: EventOf<"transformer-started">): void {
    const scope = scopeOf(combination);
    for (const [key, { event }] of this.#finished) {
      const isCleaned =
        phase === "cleanup" ||
        (phase === "expanded_cleanup" && event.phase === "expanded" && scopeOf(event.combination) === scope);
      if (isCleaned) this.#finished.delete(key);
    }
  }
}

const INIT = "init";

const scopeOf = (values: CombinationValues | undefined): string => JSON.stringify(values ?? {});

const keyOf = (phase: string, name: string, values: CombinationValues | undefined): string =>
  `${phase}\n${name}\n${scopeOf(values)}`;

const isWhole = ({ message, hidden = [] }: Finished): boolean => message === "" && hidden.length === 0;

/** Combinations that differ only in what is hidden look alike. */
const isHidden = (values: CombinationValues = {}): boolean =>
  Object.values(values).some((value) => value.includes("****"));

function assignedBy({ transformer, outputs, json = [] }: Finished): readonly AssignedVariable[] {
  return Object.entries(outputs).map(([name, text]) => ({
    name,
    value: json.includes(name) ? (JSON.parse(text) as PlainValue) : text,
    origin: `transformer '${transformer}'`,
  }));
}
