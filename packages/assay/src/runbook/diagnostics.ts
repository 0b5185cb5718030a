import { styleText } from "node:util";
import { placeText } from "./problems.ts";
import type { Diagnostic } from "./types.ts";

/** Longer lines are cut around the place. */
const LONGEST_EXCERPT = 160;

/** Problems whose line holds a secret; it is not printed. */
const WITHOUT_EXCERPT: ReadonlySet<string> = new Set(["R02"]);

const COLORS = { error: "red", warning: "yellow", info: "cyan" } as const;

/** Control characters a file may hold and a terminal would obey. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * A problem as a good compiler shows it: `file:line:column: error CODE: message`, the line with a caret, the help and
 * through what the value came. `sourceText` is the text of the problem's file, if it can be had.
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  sourceText: string | undefined,
  { color }: { readonly color: boolean },
): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const { severity, code, message, position, help, isSecret, trail = [] } = diagnostic;
  const place = position === undefined ? "" : `${paint("bold", `${printable(placeText(position))}:`)} `;
  const label = paint(COLORS[severity], `${severity} ${code}:`);
  const lines = [`${place}${label} ${printable(message)}`];
  const excerpt = isSecret === true || WITHOUT_EXCERPT.has(code) ? undefined : excerptOf(diagnostic, sourceText);
  if (excerpt !== undefined) lines.push(`  ${excerpt.line}`, `  ${excerpt.indent}${paint("green", "^")}`);
  for (const step of trail) lines.push(`  from: ${printable(step)}`);
  if (help !== undefined) lines.push(`  help: ${printable(help)}`);
  return lines.join("\n");
}

const printable = (text: string): string => text.replaceAll(CONTROL, "\ufffd");

function excerptOf(
  { position }: Diagnostic,
  sourceText: string | undefined,
): { readonly line: string; readonly indent: string } | undefined {
  const line = position === undefined ? undefined : sourceText?.split("\n", position.line)[position.line - 1];
  if (position === undefined || line === undefined || line.trim() === "") return undefined;
  const from = Math.max(0, position.column - LONGEST_EXCERPT + 20);
  const shown = printable(line.replace(/\r$/, "")).slice(from, from + LONGEST_EXCERPT);
  // Tabs stay tabs, so that the caret stands under its character whatever a tab is worth.
  const indent = shown.slice(0, position.column - 1 - from).replaceAll(/[^\t]/g, " ");
  return { line: shown, indent };
}
