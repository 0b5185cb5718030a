/** Runbooks nest about ten deep. */
export const MAX_DEPTH = 100;
/** The largest runbook seen in the field has 1,500; a token costs the parser about two microseconds. */
const MOST_TOKENS = 200_000;

/** Where a text has to be given up, and why. */
export interface Excess {
  readonly kind: "depth" | "tokens";
  readonly offset: number;
}

/**
 * Passes the lexer's tokens on until flow brackets, or `- - -` and `? ? ?` on one line, nest deeper than `MAX_DEPTH` or
 * there are too many; `onExcess` hears of that. The parser itself takes seconds for such text.
 */
export function* untilExcess(tokens: Iterable<string>, onExcess: (excess: Excess) => void): Iterable<string> {
  let offset = 0;
  let count = 0;
  let brackets = 0;
  let indicatorsOnLine = 0;
  for (const token of tokens) {
    count += 1;
    if (token === "[" || token === "{") brackets += 1;
    else if (token === "]" || token === "}") brackets = Math.max(0, brackets - 1);
    else if (token === "-" || token === "?") indicatorsOnLine += 1;
    else if (token.endsWith("\n")) indicatorsOnLine = 0;
    const isDeep = brackets > MAX_DEPTH || indicatorsOnLine > MAX_DEPTH;
    if (isDeep || count > MOST_TOKENS) {
      onExcess({ kind: isDeep ? "depth" : "tokens", offset });
      return;
    }
    yield token;
    offset += LEXER_MARKS.has(token) ? 0 : token.length;
  }
}

/** What the lexer adds to its stream: start of document, flow end by error, start of scalar. */
const LEXER_MARKS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f"]);
