import { ExpressionError } from "./expression-error.ts";

export interface Token {
  readonly kind: "number" | "text" | "name" | "symbol" | "end";
  /** As written; of a text what it says. */
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
}

const NUMBER = /(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?)/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const SYMBOL = /\*\*|\/\/|==|!=|<=|>=|[-+*/%<>=()[\]{},:.]/y;
const BLANK = /\s+/y;
const TEXT = /(?:'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")/y;

/** Takes an expression apart; line ends count as blanks. The last token is `end`. */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const blank = match(BLANK);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const token = nextToken(match, at);
    if (token === undefined) {
      const found = String.fromCodePoint(source.codePointAt(at) ?? 0);
      const isQuote = found === "'" || found === '"';
      const problem = isQuote ? "This text has no end." : `The character '${found}' means nothing here.`;
      throw new ExpressionError(problem, source, at);
    }
    tokens.push(token.token);
    at += token.length;
  }
  return [...tokens, { kind: "end", text: "", at: source.length }];
}

function nextToken(
  match: (pattern: RegExp) => string | undefined,
  at: number,
): { readonly token: Token; readonly length: number } | undefined {
  const kinds = [
    ["text", TEXT],
    ["number", NUMBER],
    ["name", NAME],
    ["symbol", SYMBOL],
  ] as const;
  for (const [kind, pattern] of kinds) {
    const found = match(pattern);
    if (found !== undefined) {
      const text = kind === "text" ? unescaped(found.slice(1, -1)) : found;
      return { token: { kind, text, at }, length: found.length };
    }
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

/** As Python reads it: an escape it does not know stays as it is. */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))/g,
    (whole: string, byte: string | undefined, unit: string | undefined, letter: string | undefined) => {
      const code = byte ?? unit;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return ESCAPES[letter ?? ""] ?? whole;
    },
  );
}
