import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { toldMessage } from "../../notifiers/told-message.ts";

/** A result with the run it belongs to. */
interface ToldResult {
  readonly run: RunSummary;
  readonly result: ResultSummary;
}

/** True when both say the same, but for the names of their runs, environments and nodes, which differ from run to run. */
export const sameMessage = (one: ToldResult, other: ToldResult): boolean => told(one) === told(other);

function told({ run, result }: ToldResult): string {
  const text = toldMessage(result);
  const nodes = run.environments.find(({ name }) => name === result.environment)?.nodes ?? [];
  // Longest first: the name of a node often begins with that of its environment.
  const names = [run.run, result.environment ?? "", ...nodes]
    .filter((name) => name !== "")
    .sort((a, b) => b.length - a.length);
  if (names.length === 0) return text;
  const whole = new RegExp(`(?<!\\w)(?:${names.map((name) => RegExp.escape(name)).join("|")})(?!\\w)`, "g");
  return text.replace(whole, "*");
}
