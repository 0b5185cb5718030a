import { ExpressionError } from "./expression-error.ts";
import { parsePrimary } from "./parse-primary.ts";
import type { BinaryOperator, Comparison, Expression } from "./syntax.ts";
import { type Token, tokensOf } from "./tokens.ts";

const LONGEST_SOURCE = 20_000;
/** Brackets and operators inside each other; keeps the parser and the evaluation off the end of the stack. */
const MOST_LEVELS = 80;

/** Reads an expression; throws ExpressionError at the first thing that is wrong. */
export function parseExpression(source: string): Expression {
  if (source.length > LONGEST_SOURCE) {
    throw new ExpressionError(`An expression has at most ${LONGEST_SOURCE} characters.`, source, 0);
  }
  const parser = new Parser(source);
  const expression = parser.expression();
  parser.expectEnd();
  return expression;
}

/** Reads tokens from left to right; one method for each level of binding, the loosest first. */
export class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #position = 0;
  #level = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokensOf(source);
  }

  /** `a if b else c` and all below. */
  expression(): Expression {
    return this.#deeper(() => {
      const yes = this.#or();
      if (!this.takeWord("if")) return yes;
      const condition = this.#or();
      if (!this.takeWord("else")) this.fail("A conditional expression needs 'else'.");
      return { kind: "choice", at: yes.at, condition, yes, no: this.expression() };
    });
  }

  /** What stands behind `in` of a comprehension: its `if` is not a conditional expression's. */
  condition(): Expression {
    return this.#deeper(() => this.#or());
  }

  get token(): Token {
    return this.#tokens[this.#position] ?? { kind: "end", text: "", at: this.#source.length };
  }

  advance(): Token {
    const token = this.token;
    this.#position += 1;
    return token;
  }

  isSymbol(text: string): boolean {
    return this.token.kind === "symbol" && this.token.text === text;
  }

  take(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#position += 1;
    return true;
  }

  expect(symbol: string): void {
    if (!this.take(symbol)) this.fail(`Here must be '${symbol}'${this.#found()}.`);
  }

  isWord(word: string): boolean {
    return this.token.kind === "name" && this.token.text === word;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#position += 1;
    return true;
  }

  /** A token further on, without taking it. */
  peek(ahead: number): Token | undefined {
    return this.#tokens[this.#position + ahead];
  }

  expectEnd(): void {
    if (this.token.kind !== "end") this.fail(`The expression is over before this${this.#found()}.`);
  }

  fail(problem: string, at: number = this.token.at): never {
    throw new ExpressionError(problem, this.#source, at);
  }

  #found(): string {
    return this.token.kind === "end" ? ", the expression ends" : `, found '${this.token.text}'`;
  }

  #deeper<T>(read: () => T): T {
    this.#level += 1;
    if (this.#level > MOST_LEVELS) this.fail("The expression is nested too deeply.");
    const result = read();
    this.#level -= 1;
    return result;
  }

  #or(): Expression {
    return this.#chain("or", () => this.#chain("and", () => this.#not()));
  }

  #chain(word: "and" | "or", operand: () => Expression): Expression {
    let left = operand();
    for (let count = 0; this.takeWord(word); count++) {
      if (count > MOST_LEVELS) this.fail(`There are too many '${word}'.`);
      left = { kind: word, at: left.at, left, right: operand() };
    }
    return left;
  }

  #not(): Expression {
    const { at } = this.token;
    if (!this.takeWord("not")) return this.#comparison();
    return { kind: "not", at, operand: this.#deeper(() => this.#not()) };
  }

  #comparison(): Expression {
    const first = this.#sum();
    const rest: { operator: Comparison; operand: Expression; at: number }[] = [];
    for (;;) {
      const { at } = this.token;
      const operator = this.#comparisonSign();
      if (operator === undefined) break;
      rest.push({ operator, operand: this.#sum(), at });
    }
    return rest.length === 0 ? first : { kind: "compare", at: first.at, first, rest };
  }

  #comparisonSign(): Comparison | undefined {
    for (const sign of ["==", "!=", "<=", ">=", "<", ">"] as const) if (this.take(sign)) return sign;
    if (this.takeWord("in")) return "in";
    if (this.takeWord("is")) return this.takeWord("not") ? "is not" : "is";
    if (!this.isWord("not") || this.peek(1)?.text !== "in") return undefined;
    this.advance();
    this.advance();
    return "not in";
  }

  #sum(): Expression {
    return this.#operators(["+", "-"], () => this.#operators(["*", "//", "/", "%"], () => this.#sign()));
  }

  #operators(signs: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (let count = 0; ; count++) {
      const { at } = this.token;
      const operator = signs.find((sign) => this.take(sign));
      if (operator === undefined) return left;
      // A chain is a tree as deep as it is long.
      if (count > MOST_LEVELS) this.fail("There are too many operators in a row.");
      left = { kind: "binary", at, operator, left, right: operand() };
    }
  }

  #sign(): Expression {
    const { at } = this.token;
    if (this.take("-")) return { kind: "negate", at, operand: this.#deeper(() => this.#sign()) };
    if (this.take("+")) return { kind: "positive", at, operand: this.#deeper(() => this.#sign()) };
    return this.#power();
  }

  /** Binds tighter than a sign on its left and looser than one on its right, and groups from the right. */
  #power(): Expression {
    const left = parsePrimary(this);
    const { at } = this.token;
    if (!this.take("**")) return left;
    return { kind: "binary", at, operator: "**", left, right: this.#deeper(() => this.#sign()) };
  }
}
