import type { EventOf } from "../../events/types.ts";
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

/** Outputs as text by variable, without secrets; which of them are JSON, and which are not told as they are. */
export function shownOutputs(
  assigned: readonly AssignedVariable[],
  mask: (text: string) => string,
): Pick<EventOf<"transformer-finished">, "outputs" | "json" | "hidden"> {
  const told = assigned.map(({ name, value, isSecret }) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const isHidden = isSecret === true || mask(text) !== text;
    return { name, text: isSecret === true ? "******" : text, isHidden, isJson: typeof value !== "string" };
  });
  const json = told.filter(({ isJson }) => isJson).map(({ name }) => name);
  const hidden = told.filter(({ isHidden }) => isHidden).map(({ name }) => name);
  return {
    outputs: Object.fromEntries(told.map(({ name, text }) => [name, text])),
    ...(json.length > 0 && { json }),
    ...(hidden.length > 0 && { hidden }),
  };
}
