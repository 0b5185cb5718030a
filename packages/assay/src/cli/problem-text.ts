import type { ExpandedProblem } from "../plan/expand.ts";
import { formatDiagnostic } from "../runbook/diagnostics.ts";
import { valuesText } from "./plan-text.ts";

/** A problem with its excerpt, and in which combinations it stands when it depends on their values. */
export function problemText(
  { diagnostic, combinations, first }: ExpandedProblem,
  sources: ReadonlyMap<string, string>,
  color: boolean,
): string {
  const shown = formatDiagnostic(diagnostic, sources.get(diagnostic.position?.file ?? ""), { color });
  if (combinations === 0) return shown;
  const where = combinations === 1 ? "in one combination" : `in ${combinations} combinations, first`;
  return `${shown}\n  ${where}: ${valuesText(first)}`;
}
