import type { PlainValue } from "../value.ts";
import { Budget } from "./budget.ts";
import { ExpressionError } from "./expression-error.ts";
import { callFunction, FUNCTIONS } from "./functions.ts";
import { applyBinary, compares } from "./operators.ts";
import { parseExpression } from "./parse.ts";
import type { Expression, Loop } from "./syntax.ts";
import {
  dictOf,
  fromPlain,
  isTrue,
  itemsOf,
  keyOf,
  setOf,
  toPlainValue,
  typeName,
  type Value,
  ValueProblem,
} from "./values.ts";

export interface EvaluateOptions {
  /** The variables it may use, by name. */
  readonly variables: ReadonlyMap<string, PlainValue>;
  /** From 0 up to but not including 1. Default: random. */
  readonly random?: () => number;
}

const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["True", true],
  ["False", false],
  ["None", null],
]);
/** Left sides of left sides; bounded by the stack. */
const DEEPEST = 500;

/**
 * Works out an expression of the safe language: Python's literals, operators, conditional expressions, comprehensions
 * and a few functions, on the given variables alone. Throws ExpressionError with the place of what is wrong.
 */
export function evaluateExpression(source: string, options: EvaluateOptions): PlainValue {
  const evaluation = new Evaluation(source, options);
  const expression = parseExpression(source);
  return evaluation.located(expression, () => toPlainValue(evaluation.value(expression, new Map())));
}

type Names = ReadonlyMap<string, Value>;

class Evaluation {
  readonly #source: string;
  readonly #options: EvaluateOptions;
  readonly #budget = new Budget();
  #depth = 0;

  constructor(source: string, options: EvaluateOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Gives a problem inside `work` the place of `expression`, unless it has one. */
  located<T>(expression: { readonly at: number }, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      throw new ExpressionError(error.message, this.#source, expression.at);
    }
  }

  /** `names` are those of the comprehensions around it. */
  value(expression: Expression, names: Names): Value {
    this.#depth += 1;
    const result = this.located(expression, () => {
      this.#budget.step();
      if (this.#depth > DEEPEST) throw new ValueProblem("The expression is nested too deeply.");
      return this.#evaluate(expression, names);
    });
    this.#depth -= 1;
    return result;
  }

  #evaluate(expression: Expression, names: Names): Value {
    const of = (part: Expression): Value => this.value(part, names);
    switch (expression.kind) {
      case "integer":
      case "float":
      case "text":
        return expression.value;
      case "name":
        return this.#name(expression.name, names);
      case "list":
      case "tuple":
        return { kind: expression.kind, items: expression.items.map(of) };
      case "set":
        return setOf(expression.items.map(of));
      case "dict":
        return dictOf(expression.entries.map(([key, value]) => [of(key), of(value)] as const));
      case "collect": {
        const items: Value[] = [];
        this.#loop(expression.loops, names, (inner) => items.push(this.value(expression.item, inner)));
        return expression.into === "set" ? setOf(items) : { kind: "list", items };
      }
      case "collect-dict": {
        const pairs: (readonly [Value, Value])[] = [];
        this.#loop(expression.loops, names, (inner) =>
          pairs.push([this.value(expression.key, inner), this.value(expression.value, inner)]),
        );
        return dictOf(pairs);
      }
      case "negate":
        return applyBinary("-", 0n, of(expression.operand), this.#budget);
      case "positive":
        return applyBinary("+", 0n, of(expression.operand), this.#budget);
      case "not":
        return !isTrue(of(expression.operand));
      case "binary":
        return applyBinary(expression.operator, of(expression.left), of(expression.right), this.#budget);
      case "compare":
        return this.#compare(expression, names);
      case "and":
      case "or": {
        const left = of(expression.left);
        return isTrue(left) === (expression.kind === "or") ? left : of(expression.right);
      }
      case "choice":
        return of(isTrue(of(expression.condition)) ? expression.yes : expression.no);
      case "attribute":
        return attributeOf(of(expression.of), expression.name);
      case "index":
        return itemAt(of(expression.of), of(expression.index));
      case "slice":
        return this.#slice(expression, names);
      case "call":
        return callFunction(expression.name, {
          items: expression.items.map(of),
          named: expression.named.map(([name, value]) => [name, of(value)] as const),
          budget: this.#budget,
          random: this.#options.random ?? Math.random,
        });
    }
  }

  #name(name: string, names: Names): Value {
    const inner = names.get(name) ?? CONSTANTS.get(name);
    if (inner !== undefined) return inner;
    const variable = this.#options.variables.get(name);
    if (variable !== undefined) return fromPlain(variable);
    if (Object.hasOwn(FUNCTIONS, name)) throw new ValueProblem(`'${name}' is a function; call it with '${name}(…)'.`);
    const known = [...this.#options.variables.keys()];
    const help = known.length === 0 ? "It may use no variables." : `It may use ${known.join(", ")}.`;
    throw new ValueProblem(`The name '${name}' is not known here. ${help}`);
  }

  #compare(expression: Expression & { readonly kind: "compare" }, names: Names): boolean {
    let left = this.value(expression.first, names);
    for (const { operator, operand, at } of expression.rest) {
      const right = this.value(operand, names);
      if (!this.located({ at }, () => compares(operator, left, right, this.#budget))) return false;
      left = right;
    }
    return true;
  }

  #loop(loops: readonly Loop[], names: Names, each: (names: Names) => void): void {
    const [loop, ...inner] = loops;
    if (loop === undefined) {
      this.#budget.make(1);
      each(names);
      return;
    }
    const items = this.located(loop, () => itemsOf(this.value(loop.iterable, names)));
    for (const item of items) {
      this.#budget.step();
      const bound = new Map([...names, ...this.located(loop, () => bind(loop.targets, item))]);
      if (loop.conditions.every((condition) => isTrue(this.value(condition, bound)))) this.#loop(inner, bound, each);
    }
  }

  #slice(expression: Expression & { readonly kind: "slice" }, names: Names): Value {
    const part = (of: Expression | undefined): number | undefined => {
      const value = of === undefined ? null : this.value(of, names);
      if (value === null) return undefined;
      if (typeof value !== "bigint") throw new ValueProblem("The ends and the step of a slice are whole numbers.");
      return Number(value);
    };
    const whole = this.value(expression.of, names);
    const [from, to, step = 1] = [part(expression.from), part(expression.to), part(expression.step)];
    if (step === 0) throw new ValueProblem("The step of a slice cannot be zero.");
    if (
      typeof whole !== "string" &&
      (whole === null || typeof whole !== "object" || !("items" in whole) || whole.kind === "set")
    ) {
      throw new ValueProblem(`A value of the type ${typeName(whole)} cannot be sliced.`);
    }
    const items = sliced(itemsOf(whole), { from, to, step });
    this.#budget.make(items.length);
    return typeof whole === "string" ? items.join("") : { kind: whole.kind === "list" ? "list" : "tuple", items };
  }
}

function bind(targets: readonly string[], item: Value): readonly (readonly [string, Value])[] {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) return [[only, item]];
  const parts = itemsOf(item);
  if (parts.length !== targets.length) {
    throw new ValueProblem(`There are ${parts.length} parts for ${targets.length} names.`);
  }
  return targets.map((name, index) => [name, parts[index] ?? null]);
}

function attributeOf(value: Value, name: string): Value {
  const found =
    typeof value === "object" && value !== null && value.kind === "dict" ? value.entries.get(keyOf(name)) : undefined;
  if (found === undefined) throw new ValueProblem(`A value of the type ${typeName(value)} has no '${name}'.`);
  return found[1];
}

function itemAt(value: Value, index: Value): Value {
  if (typeof value === "object" && value !== null && value.kind === "dict") {
    const found = value.entries.get(keyOf(index));
    if (found === undefined) throw new ValueProblem("There is no such key.");
    return found[1];
  }
  const isSequence =
    typeof value === "string" ||
    (typeof value === "object" && value !== null && (value.kind === "list" || value.kind === "tuple"));
  if (!isSequence) throw new ValueProblem(`A value of the type ${typeName(value)} has no parts to choose.`);
  if (typeof index !== "bigint") throw new ValueProblem("An index is a whole number.");
  const found = itemsOf(value).at(Number(index));
  if (found === undefined) throw new ValueProblem("There is no item at this index.");
  return found;
}

interface Bounds {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: number;
}

function sliced(items: readonly Value[], { from, to, step }: Bounds): readonly Value[] {
  const { length } = items;
  const clamp = (index: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, index < 0 ? index + length : index));
  const start =
    from === undefined ? (step > 0 ? 0 : length - 1) : clamp(from, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
  const end =
    to === undefined ? (step > 0 ? length : -1) : clamp(to, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
  const picked: Value[] = [];
  for (let index = start; step > 0 ? index < end : index > end; index += step) {
    const item = items[index];
    if (item !== undefined) picked.push(item);
  }
  return picked;
}
