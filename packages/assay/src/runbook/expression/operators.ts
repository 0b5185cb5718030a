import { type Budget, bitsOf } from "./budget.ts";
import type { BinaryOperator, Comparison } from "./syntax.ts";
import { itemsOf, keyOf, type Sequence, setOf, typeName, type Value, ValueProblem } from "./values.ts";

/** Works out `left operator right` as Python does. Throws ValueProblem for types that do not go together. */
export function applyBinary(operator: BinaryOperator, left: Value, right: Value, budget: Budget): Value {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) {
    return typeof a === "bigint" && typeof b === "bigint"
      ? wholeResult(operator, a, b, budget)
      : floatResult(operator, Number(a), Number(b));
  }
  if (operator === "+") return joined(left, right, budget);
  if (operator === "*") {
    if (typeof b === "bigint") return repeated(left, b, budget);
    if (typeof a === "bigint") return repeated(right, a, budget);
  }
  if (operator === "-" && isSet(left) && isSet(right)) {
    const without = [...left.items].filter(([key]) => !right.items.has(key));
    return setOf(without.map(([, item]) => item));
  }
  throw mismatch(operator, left, right);
}

function mismatch(operator: string, left: Value, right: Value): ValueProblem {
  return new ValueProblem(`'${operator}' cannot be applied to ${typeName(left)} and ${typeName(right)}.`);
}

/** Numbers as they are, flags as 0 and 1. */
function numberOf(value: Value): bigint | number | undefined {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "bigint" || typeof value === "number" ? value : undefined;
}

function wholeResult(operator: BinaryOperator, a: bigint, b: bigint, budget: Budget): Value {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      budget.bits(bitsOf(a) + bitsOf(b));
      return a * b;
    case "**":
      if (b < 0n) return floatResult("**", Number(a), Number(b));
      if (a !== 0n && a !== 1n && a !== -1n) budget.bits(bitsOf(a) * Number(b));
      return a ** b;
    case "/":
      return floatResult("/", Number(a), Number(b));
    case "//":
      refuseZero(b === 0n);
      return (a - modulo(a, b)) / b;
    case "%":
      refuseZero(b === 0n);
      return modulo(a, b);
  }
}

/** The remainder takes the sign of the divisor. */
const modulo = (a: bigint, b: bigint): bigint => ((a % b) + b) % b;

function floatResult(operator: BinaryOperator, a: number, b: number): number {
  if (operator === "/" || operator === "//" || operator === "%") refuseZero(b === 0);
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "//":
      return Math.floor(a / b);
    case "%":
      return ((a % b) + b) % b;
    case "**": {
      if (a === 0 && b < 0) refuseZero(true);
      const power = a ** b;
      if (Number.isNaN(power) && !Number.isNaN(a)) throw new ValueProblem("This power is no real number.");
      return power;
    }
  }
}

function refuseZero(isZero: boolean): void {
  if (isZero) throw new ValueProblem("This divides by zero.");
}

function joined(left: Value, right: Value, budget: Budget): Value {
  if (typeof left === "string" && typeof right === "string") {
    budget.make(left.length + right.length);
    return left + right;
  }
  if (isSequence(left) && isSequence(right) && left.kind === right.kind) {
    budget.make(left.items.length + right.items.length);
    return { kind: left.kind, items: [...left.items, ...right.items] };
  }
  throw mismatch("+", left, right);
}

function repeated(value: Value, times: bigint, budget: Budget): Value {
  const count = times < 0n ? 0 : Number(times);
  if (typeof value === "string") {
    budget.make(value.length * count);
    return value.repeat(count);
  }
  if (!isSequence(value)) throw mismatch("*", value, times);
  budget.make(value.items.length * count);
  return { kind: value.kind, items: Array.from({ length: count }, () => value.items).flat() };
}

const isSequence = (value: Value): value is Sequence =>
  typeof value === "object" && value !== null && (value.kind === "list" || value.kind === "tuple");
const isSet = (value: Value) => typeof value === "object" && value !== null && value.kind === "set";

/** Whether `left operator right` holds, as in Python. Throws ValueProblem for types that have no order. */
export function compares(operator: Comparison, left: Value, right: Value, budget: Budget): boolean {
  switch (operator) {
    case "==":
      return equals(left, right, budget);
    case "!=":
      return !equals(left, right, budget);
    case "is":
      return isSame(left, right);
    case "is not":
      return !isSame(left, right);
    case "in":
      return contains(right, left, budget);
    case "not in":
      return !contains(right, left, budget);
    case "<":
      return orderOf(operator, left, right, budget) < 0;
    case "<=":
      return orderOf(operator, left, right, budget) <= 0;
    case ">":
      return orderOf(operator, left, right, budget) > 0;
    case ">=":
      return orderOf(operator, left, right, budget) >= 0;
  }
}

/** Identity is told for None and flags only; of other values nobody should ask it. */
function isSame(left: Value, right: Value): boolean {
  return typeName(left) === typeName(right) && left === right;
}

function equals(left: Value, right: Value, budget: Budget): boolean {
  budget.step();
  const [a, b] = [numberOf(left), numberOf(right)];
  // Whole numbers and fractions compare by their exact value.
  // biome-ignore lint/suspicious/noDoubleEquals: bigint and number are equal only with ==
  if (a !== undefined && b !== undefined) return a == b;
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") return left === right;
  if (left.kind !== right.kind) return false;
  if (left.kind === "dict" || right.kind === "dict") {
    if (left.kind !== "dict" || right.kind !== "dict" || left.entries.size !== right.entries.size) return false;
    return [...left.entries].every(([key, [, value]]) => {
      const other = right.entries.get(key);
      return other !== undefined && equals(value, other[1], budget);
    });
  }
  if (left.kind === "set" || right.kind === "set") {
    if (left.kind !== "set" || right.kind !== "set") return false;
    return left.items.size === right.items.size && [...left.items.keys()].every((key) => right.items.has(key));
  }
  return (
    left.items.length === right.items.length &&
    left.items.every((item, index) => equals(item, right.items[index] ?? null, budget))
  );
}

function contains(whole: Value, part: Value, budget: Budget): boolean {
  if (typeof whole === "string") {
    if (typeof part !== "string") throw mismatch("in", part, whole);
    return whole.includes(part);
  }
  if (typeof whole === "object" && whole !== null && whole.kind === "dict") return whole.entries.has(keyOf(part));
  if (typeof whole === "object" && whole !== null && whole.kind === "set") return whole.items.has(keyOf(part));
  return itemsOf(whole).some((item) => equals(item, part, budget));
}

function orderOf(operator: Comparison, left: Value, right: Value, budget: Budget): number {
  budget.step();
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : Number(!equals(left, right, budget));
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  if (!isSequence(left) || !isSequence(right) || left.kind !== right.kind) throw mismatch(operator, left, right);
  for (const [index, item] of left.items.entries()) {
    const other = right.items[index];
    if (other === undefined) return 1;
    if (!equals(item, other, budget)) return orderOf(operator, item, other, budget);
  }
  return left.items.length - right.items.length;
}
