import type { RunbookFile } from "../engine/index.ts";
import type { ExpandedProblem } from "../plan/expand.ts";
import { valuesText } from "./plan-text.ts";

/** A problem with its excerpt, and in which combinations it stands when it depends on their values. Secrets are masked. */
export function problemText(
  { diagnostic, combinations, first }: ExpandedProblem,
  file: Pick<RunbookFile, "describe" | "mask">,
  color: boolean,
): string {
  const shown = file.describe(diagnostic, { color });
  if (combinations === 0) return shown;
  const where = combinations === 1 ? "in one combination" : `in ${combinations} combinations, first`;
  return `${shown}\n  ${where}: ${file.mask(valuesText(first))}`;
}
