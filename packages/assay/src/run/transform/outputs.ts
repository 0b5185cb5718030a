import { isSecretOutput } from "../../runbook/schema/transformer.ts";
import type { AssignedVariable, TransformerSettings } from "../../runbook/types.ts";
import type { Outputs } from "../../transformers/transformer.ts";

/** The variables that outputs become: prefixed, renamed, and secret by their name. */
export function assignOutputs(entry: TransformerSettings, outputs: Outputs): readonly AssignedVariable[] {
  const renames = new Map(Object.entries(entry.rename).map(([from, to]) => [from.toLowerCase(), to]));
  return Object.entries(outputs).map(([output, value]) => {
    const full = `${entry.prefix}_${output}`;
    return {
      name: renames.get(full.toLowerCase()) ?? full,
      value,
      origin: `transformer '${entry.name}'`,
      isSecret: isSecretOutput(output),
    };
  });
}

/** Outputs as text by variable, without secrets. */
export function shownOutputs(assigned: readonly AssignedVariable[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    assigned.map(({ name, value, isSecret }) => [
      name,
      isSecret === true ? "******" : typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
