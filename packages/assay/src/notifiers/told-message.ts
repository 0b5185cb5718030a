import type { ResultSummary } from "../events/folds/run-summary.ts";

/** What a result has to say: its message, and its warning where the message does not hold it already. */
export function toldMessage({ message, warning }: Pick<ResultSummary, "message" | "warning">): string {
  if (warning === undefined || message.includes(warning)) return message;
  return message === "" ? warning : `${message}\n${warning}`;
}
