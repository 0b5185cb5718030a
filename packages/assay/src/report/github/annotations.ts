import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { clipEnd } from "../../notifiers/clip.ts";
import { printable } from "../../notifiers/printable.ts";
import { nameOf } from "../../notifiers/result-name.ts";
import { toldMessage } from "../../notifiers/told-message.ts";
import { type AnnotationLevel, workflowCommand } from "./workflow-command.ts";

/** GitHub shows so many annotations of one level for a step and drops the rest without a word. */
const SHOWN_PER_LEVEL = 10;
const MESSAGE_LENGTH = 4000;

interface Annotation {
  readonly title: string;
  readonly message: string;
}

/**
 * The run as workflow commands of GitHub, one a line: an error for each failed result and each one that was cut off, a
 * warning for each attempted one and each warning, and the verdict. Where there are more than GitHub shows, the last
 * one of its level counts the rest.
 */
export function githubAnnotations(summary: RunSummary): string {
  const errors = summary.results.filter(({ status }) => status === "FAILED" || status === "RUNNING").map(annotationOf);
  const warnings = summary.results
    .filter(({ status, warning }) => status === "ATTEMPTED" || warning !== undefined)
    .map(annotationOf);
  const verdict: Annotation = { title: titleOf(summary), message: summary.reason };
  // The verdict is one of the errors that GitHub shows.
  const isGood = summary.verdict === "passed";
  const lines = [
    ...commandsOf("error", errors, SHOWN_PER_LEVEL - (isGood ? 0 : 1)),
    ...commandsOf("warning", warnings, SHOWN_PER_LEVEL),
    ...commandsOf(isGood ? "notice" : "error", [verdict], 1),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function commandsOf(level: AnnotationLevel, all: readonly Annotation[], most: number): readonly string[] {
  const shown = all.length > most ? all.slice(0, most - 1) : all;
  const left = all.length - shown.length;
  const rest = {
    title: `${left} more`,
    message: `${left} more are not shown here; the summary and the report have them.`,
  };
  return [...shown, ...(left === 0 ? [] : [rest])].map(({ title, message }) =>
    workflowCommand(level, { title: printable(title) }, clipEnd(printable(message), MESSAGE_LENGTH)),
  );
}

const annotationOf = (result: ResultSummary): Annotation => ({
  title: nameOf(result),
  message: toldMessage(result) || result.status,
});

const titleOf = ({ name, run, verdict }: RunSummary): string =>
  `${name === "" ? run : name}: ${verdict === undefined ? "unfinished" : verdict.replace("-", " ")}`;
