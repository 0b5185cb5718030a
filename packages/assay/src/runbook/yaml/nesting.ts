/** Runbooks nest about ten deep. */
export const MAX_DEPTH = 100;
/** The largest runbook seen in the field has 1,500; a token costs the parser one to two microseconds. */
const MOST_TOKENS = 200_000;
/** Every text may have so many, however short they are. */
const FREE_TOKENS = 20_000;
/** What people write has three characters a token; only text made to be slow has one. */
const TOKENS_PER_CHARACTER = 0.5;

/** So that no text takes much more than a second a megabyte. */
const mostTokens = (characters: number): number =>
  Math.min(MOST_TOKENS, FREE_TOKENS + characters * TOKENS_PER_CHARACTER);

/** Where a text has to be given up, and why. */
export interface Excess {
  readonly kind: "depth" | "tokens";
  readonly offset: number;
}

/**
 * Passes the lexer's tokens of a text of `characters` on until flow brackets, or `- - -` and `? ? ?` on one line, nest deeper than `MAX_DEPTH` or
 * there are too many; `onExcess` hears of that. The parser itself takes seconds for such text.
 */
export function* untilExcess(
  tokens: Iterable<string>,
  characters: number,
  onExcess: (excess: Excess) => void,
): Iterable<string> {
  const most = mostTokens(characters);
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
    if (isDeep || count > most) {
      onExcess({ kind: isDeep ? "depth" : "tokens", offset });
      return;
    }
    yield token;
    offset += LEXER_MARKS.has(token) ? 0 : token.length;
  }
}

/** What the lexer adds to its stream: start of document, flow end by error, start of scalar. */
const LEXER_MARKS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f"]);
