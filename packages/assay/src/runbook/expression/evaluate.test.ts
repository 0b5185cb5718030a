import fc from "fast-check";
import { expect, test } from "vitest";
import type { PlainValue } from "../value.ts";
import { evaluateExpression } from "./evaluate.ts";
import { ExpressionError } from "./expression-error.ts";

const variables = new Map<string, PlainValue>([
  ["n", 7],
  ["half", 0.5],
  ["name", "Ubuntu"],
  ["none", null],
  ["tags", ["a", "b", "c"]],
  ["vm", { size: "D2", disks: [{ gib: 4 }, { gib: 8 }] }],
]);
const value = (source: string) => evaluateExpression(source, { variables, random: () => 0.25 });

// The right-hand sides are what Python 3 gives.
test.each<[string, PlainValue]>([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["2 ** 3 ** 2", 512],
  ["-2 ** 2", -4],
  ["2 ** -1", 0.5],
  ["7 / 2", 3.5],
  ["7 // 2", 3],
  ["-7 // 2", -4],
  ["-7 % 3", 2],
  ["7 % -3", -2],
  ["7.5 // 2", 3],
  ["1_000 + 0x10 + 0b11 + 0o7", 1026],
  ["1e3", 1000],
  ["True + True", 2],
  ["'ab' * 2 + \"c\"", "ababc"],
  ["'a' 'b'", "ab"],
  [String.raw`'it\'s\n' + "\x41"`, "it's\nA"],
  ["[1] + [2] * 2", [1, 2, 2]],
  ["(1,) + (2, 3)", [1, 2, 3]],
  ["()", []],
  ["1 < 2 < 3", true],
  ["1 < 3 < 2", false],
  ["1 == 1.0", true],
  ["'1' == 1", false],
  ["[1, 2] < [1, 3]", true],
  ["'a' in 'cat'", true],
  ["'x' not in tags", true],
  ["n is not None and none is None", true],
  ["not n", false],
  ["not n == 8", true],
  ["0 or 'b'", "b"],
  ["'' and missing", ""],
  ["'yes' if n > 5 else 'no'", "yes"],
  ["'a' if False else 'b' if True else 'c'", "b"],
  ["tags[0] + tags[-1]", "ac"],
  ["tags[1:]", ["b", "c"]],
  ["tags[::-1]", ["c", "b", "a"]],
  ["tags[-100:100:2]", ["a", "c"]],
  ["name[:3]", "Ubu"],
  ["vm.size + vm['size']", "D2D2"],
  ["vm.disks[1].gib", 8],
  ["{'a': 1, 'b': [2]}", { a: 1, b: [2] }],
  ["[x * 2 for x in [1, 2, 3] if x != 2]", [2, 6]],
  ["[a + str(b) for a in tags for b in (1, 2) if a < 'c']", ["a1", "a2", "b1", "b2"]],
  ["{k: v for k, v in [('a', 1), ('b', 2)]}", { a: 1, b: 2 }],
  ["list({x % 2 for x in [1, 2, 3]})", [1, 0]],
  ["list(x for x in tags)", ["a", "b", "c"]],
  ["dict(a=1, b=2)", { a: 1, b: 2 }],
  ["dict([('a', 1)])", { a: 1 }],
  ["{1, 1.0, True} == {1}", true],
  ["int('12') + int(3.9) + int('ff', 16)", 270],
  ["float('1.5')", 1.5],
  ["str(2.0) + str(1e16) + str(1.5e-7) + str(None) + str([1, 'a'])", "2.01e+161.5e-07None[1, 'a']"],
  ["rand()", 0.25],
  ["randint(100)", 25],
  ["tuple('ab')", ["a", "b"]],
  ["[\n  1,\n  2,\n]", [1, 2]],
  ["half * 2", 1],
])("%s", (source, wanted) => {
  expect(value(source)).toEqual(wanted);
});

test.each<[string, string, number]>([
  ["missing + 1", "The name 'missing' is not known here. It may use n, half, name, none, tags, vm.", 1],
  ["1 +", "The expression ends too early.", 4],
  ["1 2", "The expression is over before this, found '2'.", 3],
  ["(1, 2", "Here must be ',', the expression ends.", 6],
  ["'abc", "This text has no end.", 1],
  ["n & 1", "The character '&' means nothing here.", 3],
  ["1 / (n - 7)", "This divides by zero.", 3],
  ["1 + 'a'", "'+' cannot be applied to int and str.", 3],
  ["n < 'a'", "'<' cannot be applied to int and str.", 3],
  ["tags[3]", "There is no item at this index.", 5],
  ["vm.colour", "A value of the type dict has no 'colour'.", 3],
  ["name.__class__", "A value of the type str has no '__class__'.", 5],
  ["open('x')", "There is no function 'open'.", 1],
  ["(1)(2)", "Only functions can be called, by their name.", 4],
  ["int", "'int' is a function; call it with 'int(…)'.", 1],
  ["int('x')", "This text is no whole number.", 1],
  ["{[1]: 2}", "A list cannot be a key or an item of a set.", 1],
  ["10 ** 10 ** 10", "The expression makes too large a number.", 4],
  ["'a' * 10000000", "The expression makes too much data.", 5],
  ["10 ** 30", "The result is a number too large for a variable.", 4],
  ["1e400", "The result is no finite number.", 1],
])("%s is wrong at its place", (source, problem, column) => {
  const error = errorOf(source);
  expect(error.message.split(" (line ")[0]).toBe(problem);
  expect(error).toMatchObject({ line: 1, column });
});

test("a place further down is told by its line", () => {
  expect(errorOf("[\n  1,\n  oops\n]")).toMatchObject({ line: 3, column: 3 });
});

test.each([
  ["brackets", "(".repeat(5000)],
  ["signs", "-".repeat(5000)],
  ["a long sum", Array(5000).fill("1").join("+")],
  ["a long list of conditions", Array(5000).fill("n").join(" and ")],
  ["nested loops", `[1 ${"for x in 'aaaaaaaaaaaaaaaaaaaa' ".repeat(10)}]`],
  ["doubling", "[[x, x] for x in [[y, y] for y in 'a' * 4000000]]"],
  ["powers of powers", "2 ** 2 ** 2 ** 2 ** 2 ** 2"],
  ["nested chains", `${"(".repeat(70)}1${`${" + 1".repeat(70)})`.repeat(70)}`],
])("%s cannot take the machine", (_name, source) => {
  expect(errorOf(source)).toBeInstanceOf(ExpressionError);
});

test("no text makes it do anything but give a value or tell a place", () => {
  const part = fc.constantFrom(
    ..."1 0 2.5 'a' n tags vm name ( ) [ ] { } , : . + - * / // % ** < == != in not and or if else for x is int str list dict".split(
      " ",
    ),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
      try {
        value(parts.join(" "));
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
      }
    }),
    { numRuns: 3000 },
  );
});

function errorOf(source: string): ExpressionError {
  try {
    value(source);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${source} is not wrong.`);
}
