import type { Parser } from "./parse.ts";
import type { Expression, Loop } from "./syntax.ts";

const MOST_PARTS = 1000;
const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "not", "if", "else", "for", "in", "is", "lambda", "await"]);

/** A value with what is asked of it: `.name`, `[index]`, `(arguments)`. */
export function parsePrimary(parser: Parser): Expression {
  let value = atom(parser);
  for (let count = 0; ; count++) {
    if (count > MOST_PARTS / 20) parser.fail("There are too many parts in a row.");
    const { at } = parser.token;
    if (parser.take(".")) {
      const name = parser.advance();
      if (name.kind !== "name") parser.fail("Behind '.' must be a name.", name.at);
      value = { kind: "attribute", at, of: value, name: name.text };
    } else if (parser.take("[")) {
      value = subscript(parser, value, at);
    } else if (parser.isSymbol("(")) {
      if (value.kind !== "name") parser.fail("Only functions can be called, by their name.");
      parser.advance();
      value = call(parser, value.name, value.at);
    } else {
      return value;
    }
  }
}

function atom(parser: Parser): Expression {
  const { at } = parser.token;
  if (parser.take("(")) return parenthesized(parser, at);
  if (parser.take("[")) return listOrCollect(parser, at);
  if (parser.take("{")) return braced(parser, at);
  const token = parser.advance();
  if (token.kind === "number") return numberOf(token.text, parser, at);
  if (token.kind === "text") return { kind: "text", at, value: textOf(parser, token.text) };
  if (token.kind === "name" && !KEYWORDS.has(token.text)) return { kind: "name", at, name: token.text };
  return parser.fail(
    token.kind === "end" ? "The expression ends too early." : `Here must be a value, found '${token.text}'.`,
    at,
  );
}

/** Texts that stand side by side are one. */
function textOf(parser: Parser, first: string): string {
  let text = first;
  while (parser.token.kind === "text") text += parser.advance().text;
  return text;
}

function numberOf(written: string, parser: Parser, at: number): Expression {
  const plain = written.replaceAll("_", "");
  if (/^0[xXoObB]/.test(plain)) return { kind: "integer", at, value: BigInt(plain.toLowerCase()) };
  if (/^\d+$/.test(plain)) return { kind: "integer", at, value: BigInt(plain) };
  const value = Number(plain);
  return Number.isNaN(value) ? parser.fail(`'${written}' is no number.`, at) : { kind: "float", at, value };
}

function parenthesized(parser: Parser, at: number): Expression {
  if (parser.take(")")) return { kind: "tuple", at, items: [] };
  const first = parser.expression();
  if (parser.isWord("for")) {
    const loops = readLoops(parser);
    parser.expect(")");
    return { kind: "collect", at, into: "list", item: first, loops };
  }
  if (parser.take(")")) return first;
  parser.expect(",");
  return { kind: "tuple", at, items: [first, ...itemsUntil(parser, ")")] };
}

function listOrCollect(parser: Parser, at: number): Expression {
  if (parser.take("]")) return { kind: "list", at, items: [] };
  const first = parser.expression();
  if (parser.isWord("for")) {
    const loops = readLoops(parser);
    parser.expect("]");
    return { kind: "collect", at, into: "list", item: first, loops };
  }
  return { kind: "list", at, items: [first, ...moreItems(parser, "]")] };
}

function braced(parser: Parser, at: number): Expression {
  if (parser.take("}")) return { kind: "dict", at, entries: [] };
  const first = parser.expression();
  if (!parser.take(":")) {
    if (!parser.isWord("for")) return { kind: "set", at, items: [first, ...moreItems(parser, "}")] };
    const loops = readLoops(parser);
    parser.expect("}");
    return { kind: "collect", at, into: "set", item: first, loops };
  }
  const value = parser.expression();
  if (parser.isWord("for")) {
    const loops = readLoops(parser);
    parser.expect("}");
    return { kind: "collect-dict", at, key: first, value, loops };
  }
  const entries: (readonly [Expression, Expression])[] = [[first, value]];
  while (!parser.take("}")) {
    parser.expect(",");
    if (parser.take("}")) break;
    const key = parser.expression();
    parser.expect(":");
    entries.push([key, parser.expression()]);
  }
  return { kind: "dict", at, entries };
}

/** The items behind the first one, up to the closing bracket; a comma before it is allowed. */
function moreItems(parser: Parser, close: string): readonly Expression[] {
  if (parser.take(close)) return [];
  parser.expect(",");
  return itemsUntil(parser, close);
}

function itemsUntil(parser: Parser, close: string): readonly Expression[] {
  const items: Expression[] = [];
  while (!parser.take(close)) {
    items.push(parser.expression());
    if (items.length > MOST_PARTS) parser.fail(`There are more than ${MOST_PARTS} items.`);
    if (parser.take(close)) break;
    parser.expect(",");
  }
  return items;
}

function readLoops(parser: Parser): readonly Loop[] {
  const loops: Loop[] = [];
  for (;;) {
    const { at } = parser.token;
    if (!parser.takeWord("for")) return loops;
    const targets = targetNames(parser);
    if (!parser.takeWord("in")) parser.fail("A loop needs 'in'.");
    const iterable = parser.condition();
    const conditions: Expression[] = [];
    while (parser.takeWord("if")) conditions.push(parser.condition());
    loops.push({ at, targets, iterable, conditions });
  }
}

function targetNames(parser: Parser): readonly string[] {
  const isWrapped = parser.take("(");
  const names: string[] = [];
  do {
    const name = parser.advance();
    if (name.kind !== "name" || KEYWORDS.has(name.text)) parser.fail("A loop needs a name here.", name.at);
    names.push(name.text);
  } while (parser.take(","));
  if (isWrapped) parser.expect(")");
  return names;
}

function subscript(parser: Parser, of: Expression, at: number): Expression {
  const part = (): Expression | undefined =>
    parser.isSymbol(":") || parser.isSymbol("]") ? undefined : parser.expression();
  const from = part();
  if (!parser.take(":")) {
    parser.expect("]");
    return from === undefined
      ? parser.fail("Between '[' and ']' must be an index.", at)
      : { kind: "index", at, of, index: from };
  }
  const to = part();
  const step = parser.take(":") ? part() : undefined;
  parser.expect("]");
  return { kind: "slice", at, of, from, to, step };
}

function call(parser: Parser, name: string, at: number): Expression {
  const items: Expression[] = [];
  const named: (readonly [string, Expression])[] = [];
  while (!parser.take(")")) {
    const { token } = parser;
    if (token.kind === "name" && parser.peek(1)?.text === "=") {
      parser.advance();
      parser.advance();
      named.push([token.text, parser.expression()]);
    } else {
      const item = parser.expression();
      items.push(parser.isWord("for") ? { kind: "collect", at, into: "list", item, loops: readLoops(parser) } : item);
    }
    if (parser.take(")")) break;
    parser.expect(",");
  }
  return { kind: "call", at, name, items, named };
}
