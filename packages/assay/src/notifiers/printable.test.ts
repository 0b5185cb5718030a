import fc from "fast-check";
import { expect, test } from "vitest";
import { printable, printableLine } from "./printable.ts";

test.each([
  ["\x1b[0;32m  OK  \x1b[0m Started", "  OK   Started"],
  ["\x1b]0;window title\x07text", "text"],
  ["one\r\ntwo\rthree", "one\ntwo\nthree"],
  ["a\x00b\x08c\x7f", "a␀b␈c␡"],
  ["abc\u202edef", "abc<U+202E>def"],
  ["lone \ud800 half", "lone \ufffd half"],
  ["tab\tand\nline stay", "tab\tand\nline stay"],
])("%j becomes %j", (given, wanted) => {
  expect(printable(given)).toBe(wanted);
});

test("a message becomes one line", () => {
  expect(printableLine("  a\n  b\tc \r\n")).toBe("a b c");
});

test("no text keeps a control character or a character that reorders others", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text)).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
      expect(printable(text).isWellFormed()).toBe(true);
    }),
  );
});
