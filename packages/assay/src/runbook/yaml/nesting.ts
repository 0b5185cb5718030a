/** Runbooks nest about ten deep. */
export const MAX_DEPTH = 100;

/**
 * Offset where flow brackets, or `- - -` and `? ? ?` on one line, nest deeper than `MAX_DEPTH`; undefined when nowhere.
 * Works on the lexer's tokens, which are made without recursion, because the parser takes seconds for such text.
 */
export function offsetOfTooDeep(tokens: Iterable<string>): number | undefined {
  let offset = 0;
  let brackets = 0;
  let indicatorsOnLine = 0;
  for (const token of tokens) {
    if (token === "[" || token === "{") brackets += 1;
    else if (token === "]" || token === "}") brackets = Math.max(0, brackets - 1);
    else if (token === "-" || token === "?") indicatorsOnLine += 1;
    else if (token.endsWith("\n")) indicatorsOnLine = 0;
    if (brackets > MAX_DEPTH || indicatorsOnLine > MAX_DEPTH) return offset;
    offset += LEXER_MARKS.has(token) ? 0 : token.length;
  }
  return undefined;
}

/** What the lexer adds to its stream: start of document, flow end by error, start of scalar. */
const LEXER_MARKS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f"]);
