import type { Budget } from "./budget.ts";
import { textOfValue } from "./text-of-value.ts";
import { dictOf, isTrue, itemsOf, setOf, typeName, type Value, ValueProblem } from "./values.ts";

/** What a call was given. */
export interface Arguments {
  readonly items: readonly Value[];
  readonly named: readonly (readonly [string, Value])[];
  readonly budget: Budget;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

type Callable = (given: Arguments) => Value;

/** The functions of the language, by name. */
export const FUNCTIONS: Readonly<Record<string, Callable>> = {
  int: ({ items }) => wholeNumber(items[0] ?? 0n, items[1], items.length),
  float: ({ items }) => fraction(items[0] ?? 0n),
  str({ items, budget }) {
    const text = items[0] === undefined ? "" : textOfValue(items[0]);
    budget.make(text.length);
    return text;
  },
  rand: ({ random }) => random(),
  randint({ items: [top], random }) {
    if (typeof top !== "bigint" || top < 1n) throw new ValueProblem("'randint' takes a whole number of at least 1.");
    return BigInt(Math.floor(random() * Number(top)));
  },
  list: ({ items: [of], budget }) => ({ kind: "list", items: copied(of, budget) }),
  tuple: ({ items: [of], budget }) => ({ kind: "tuple", items: copied(of, budget) }),
  set: ({ items: [of], budget }) => setOf(copied(of, budget)),
  dict: ({ items: [of], named, budget }) => dictOf([...pairsOf(of, budget), ...named]),
};

/** How many unnamed arguments each function takes at most. */
const MOST_ARGUMENTS: Readonly<Record<string, number>> = { rand: 0, int: 2 };

/** Calls a function. Throws ValueProblem for wrong arguments. */
export function callFunction(name: string, given: Arguments): Value {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) throw new ValueProblem(`There is no function '${name}'.`);
  if (given.items.length > (MOST_ARGUMENTS[name] ?? 1)) throw new ValueProblem(`'${name}' was given too much.`);
  if (given.named.length > 0 && name !== "dict") throw new ValueProblem(`'${name}' takes no named arguments.`);
  return known(given);
}

function copied(of: Value | undefined, budget: Budget): readonly Value[] {
  const items = of === undefined ? [] : itemsOf(of);
  budget.make(items.length);
  return items;
}

function pairsOf(of: Value | undefined, budget: Budget): readonly (readonly [Value, Value])[] {
  if (typeof of === "object" && of !== null && of.kind === "dict") return [...of.entries.values()];
  return copied(of, budget).map((pair) => {
    const [key, value, ...rest] = itemsOf(pair);
    if (key === undefined || value === undefined || rest.length > 0) {
      throw new ValueProblem("'dict' takes pairs of a key and a value.");
    }
    return [key, value];
  });
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

function wholeNumber(value: Value, base: Value | undefined, given: number): bigint {
  if (typeof value === "string") return parseWhole(value, given > 1 ? base : 10n);
  if (given > 1) throw new ValueProblem("'int' takes a base with a text only.");
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return isTrue(value) ? 1n : 0n;
  if (typeof value === "number" && Number.isFinite(value)) return BigInt(Math.trunc(value));
  throw new ValueProblem(`A value of the type ${typeName(value)} is no whole number.`);
}

function parseWhole(text: string, base: Value | undefined): bigint {
  if (typeof base !== "bigint" || base < 2n || base > 36n) {
    throw new ValueProblem("The base of a number is from 2 to 36.");
  }
  const plain = text.trim().toLowerCase().replaceAll("_", "");
  const digits = DIGITS.slice(0, Number(base));
  const body = plain.replace(/^[-+]/, "");
  if (body === "" || body.length > 4000 || [...body].some((digit) => !digits.includes(digit))) {
    throw new ValueProblem("This text is no whole number.");
  }
  const size = [...body].reduce((sum, digit) => sum * base + BigInt(digits.indexOf(digit)), 0n);
  return plain.startsWith("-") ? -size : size;
}

function fraction(value: Value): number {
  if (typeof value === "string") {
    const plain = value.trim().replaceAll("_", "");
    if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(plain)) {
      throw new ValueProblem("This text is no number.");
    }
    return Number(plain);
  }
  if (value === null || typeof value === "object") {
    throw new ValueProblem(`A value of the type ${typeName(value)} is no number.`);
  }
  return Number(value);
}
