/** How GitHub shows an annotation. */
export type AnnotationLevel = "error" | "warning" | "notice";

/** Characters that would end a message, or one property of a command; the runner reads them as URLs write them. */
const IN_MESSAGE = /[%\r\n]/g;
const IN_PROPERTY = /[%\r\n:,]/g;

/**
 * One workflow command of GitHub: an annotation of the run.
 *
 * @example workflowCommand("error", { file: "a.yml", line: 3 }, "What is wrong.")
 */
export function workflowCommand(
  level: AnnotationLevel,
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const told = Object.entries(properties).map(([name, value]) => `${name}=${escaped(String(value), IN_PROPERTY)}`);
  return `::${level}${told.length === 0 ? "" : ` ${told.join(",")}`}::${escaped(message, IN_MESSAGE)}`;
}

const escaped = (text: string, special: RegExp): string => text.replaceAll(special, encodeURIComponent);
