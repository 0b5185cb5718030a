import { expect, test } from "vitest";
import { compilePattern, PatternBudget } from "./pattern.ts";

test.each([
  ["verify_.*", ["verify_grub", "Verify_Grub"]],
  ["(?i)VERIFY_grub", ["verify_grub", "Verify_Grub"]],
  ["smoke", []],
  ["smoke_test|verify_grub", ["smoke_test", "verify_grub", "Verify_Grub"]],
  ["(?P<word>o)k?e?_test|sm(?P<w>o)ke_test", ["smoke_test"]],
  ["verify_g(?:rub)\\Z", ["verify_grub", "Verify_Grub"]],
  ["\\Asmoke_test$", ["smoke_test"]],
  ["(?!verify).*", ["smoke_test", "a]b"]],
  ["a[]x]b", ["a]b"]],
  ["(?#a comment)smoke_test", ["smoke_test"]],
  ["s(.)oke_test(?:|\\1)", ["smoke_test"]],
  ["verify_gr{,1}ub", ["verify_grub", "Verify_Grub"]],
])("'%s' matches whole names", (pattern, expected) => {
  const compiled = compilePattern(pattern);
  expect(compiled.ok && compiled.match(["smoke_test", "verify_grub", "Verify_Grub", "a]b"])).toEqual(expected);
});

test.each([
  ["a(b", 1],
  ["ab)", 2],
  ["a[b", 1],
  ["*a", 0],
  ["a|+", 2],
  ["a++", 1],
  ["a\\", 1],
  ["\\q", 0],
  ["x(?>a)", 1],
  ["(?x)a b", 0],
  ["a(?i)", 1],
  ["(?(1)a|b)", 0],
])("'%s' is refused at index %i", (pattern, offset) => {
  const compiled = compilePattern(pattern);
  expect(compiled.ok ? "accepted" : compiled.offset).toBe(offset);
});

test("a pattern that backtracks for ever gives up", () => {
  const compiled = compilePattern("(a+)+$");
  expect(compiled.ok && compiled.match([`${"a".repeat(60)}!`])).toBeUndefined();
});

test("a pattern that the engine has no room for gives up", () => {
  const compiled = compilePattern("(?:(?:[ab]?c?){999}){999}".repeat(300));
  expect(compiled.ok && compiled.match(["aaab"])).toBeUndefined();
});

test("a pattern longer than any list of names is refused", () => {
  expect(compilePattern(`${"smoke_test|".repeat(1000)}x`)).toMatchObject({ ok: false, offset: 10_000 });
});

test("of many patterns that backtrack for ever only the first few are given their time", () => {
  const budget = new PatternBudget();
  const texts = [`${"a".repeat(60)}!`];
  const found = Array.from({ length: 200 }, (_, index) => {
    const compiled = compilePattern(`(a+)+${index}`);
    return compiled.ok && compiled.match(texts, budget);
  });
  expect(new Set(found)).toEqual(new Set([undefined]));
  expect(budget.isUsedUp).toBe(true);
});
