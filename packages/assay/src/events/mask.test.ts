import fc from "fast-check";
import { expect, test } from "vitest";
import { makeMask, maskDeep } from "./mask.ts";

test("a longer secret is masked before the one it contains", () => {
  expect(makeMask(["pass", "password1"])("password1 pass")).toBe("****** ******");
});

test("very short secrets are left, or they would mask every word", () => {
  expect(makeMask(["a"])("banana")).toBe("banana");
});

test("masks strings at any depth", () => {
  expect(maskDeep({ a: ["x s3cret"], b: { c: "s3cret", d: 1 } }, makeMask(["s3cret"]))).toEqual({
    a: ["x ******"],
    b: { c: "******", d: 1 },
  });
});

test.each([
  ['a "quoted"\nsecret', (secret: string) => JSON.stringify({ secret }), '{"secret":"******"}'],
  ["pass word/&=?", (secret: string) => `https://h/?p=${encodeURIComponent(secret)}&x`, "https://h/?p=******&x"],
  ["it's secret", (secret: string) => `echo '${secret.replaceAll("'", "'\\''")}'`, "echo '******'"],
  ["sécret", (secret: string) => `Basic ${Buffer.from(secret).toString("base64")}`, "Basic ******=="],
  ["a?b>c~ÿÿ", (secret: string) => Buffer.from(secret).toString("base64url"), "******"],
])("%j is found where it is quoted or encoded", (secret, write, masked) => {
  expect(makeMask([secret])(write(secret))).toBe(masked);
});

test("what is shown in place of a secret is shown for its other forms", () => {
  expect(makeMask(["a b c"], new Map([["a b c", "a***c"]]))("a%20b%20c a b c")).toBe("a***c a***c");
});

test("any secret is found, whatever its characters", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3 }), (secret) => {
      expect(makeMask([secret])(`\n${secret}\n`)).toBe("\n******\n");
    }),
  );
});
