import fc from "fast-check";
import { expect, test } from "vitest";
import { maskBytes, maskPieces } from "./mask-bytes.ts";

const mask = (text: string): string => text.replaceAll(/secret|geheim-ß/g, "******");

test("bytes that are no text are kept, unless a secret stands among them", () => {
  const binary = Buffer.from([0xff, 0x00, 0xfe]);
  expect(maskBytes(binary, mask)).toBe(binary);
  expect(Buffer.from(maskBytes(Buffer.concat([binary, Buffer.from("secret")]), mask)).toString()).toContain("******");
});

test.each([
  [
    ["a sec", "ret b", " c"],
    [undefined, "a ****** b", " c"],
  ],
  [
    ["one", "two", "secret"],
    ["one", "two", "******"],
  ],
  [
    ["s", "e", "c", "r", "e", "t"],
    [undefined, undefined, undefined, undefined, undefined, "******"],
  ],
  [
    ["x", "sec", "ret", "y", "sec", "ret", "z"],
    ["x", undefined, "******", "y", undefined, "******", "z"],
  ],
  [[], []],
])("a secret across the pieces %j is masked and the others stay as they came", (pieces, wanted) => {
  const masked = maskPieces(
    pieces.map((piece) => Buffer.from(piece)),
    mask,
  );
  expect(masked.map((bytes) => (bytes === undefined ? undefined : Buffer.from(bytes).toString()))).toEqual(wanted);
});

test("however a stream is cut, its pieces are together what the whole is when it is masked", () => {
  const words = fc.constantFrom("secret", "sec", "ret", "geheim-ß", "geheim-", " ", "ö", "x");
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), fc.array(fc.nat(60), { maxLength: 6 }), (parts, cuts) => {
      const whole = Buffer.from(parts.join(""));
      const places = [
        0,
        ...cuts.map((cut) => Math.min(cut, whole.length)).sort((one, other) => one - other),
        whole.length,
      ];
      const pieces = places.slice(1).map((to, index) => whole.subarray(places[index], to));
      const masked = maskPieces(pieces, mask);
      expect(masked.length).toBe(pieces.length);
      expect(Buffer.concat(masked.map((bytes) => bytes ?? Buffer.alloc(0))).toString()).toBe(mask(whole.toString()));
    }),
  );
});
