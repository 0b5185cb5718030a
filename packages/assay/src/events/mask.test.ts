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

test("any secret is found, whatever its characters", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3 }), (secret) => {
      expect(makeMask([secret])(`\n${secret}\n`)).toBe("\n******\n");
    }),
  );
});
