import { expect, test } from "vitest";
import { fromStored, toStored } from "./stored-value.ts";

const asItIs = (text: string): string => text;

test.each([
  ["text", "text"],
  [1.5, 1.5],
  [true, true],
  [
    ["a", 1],
    ["a", 1],
  ],
  [{ a: { b: [null, "c"] } }, { a: { b: [undefined, "c"] } }],
  [Buffer.from("text"), Buffer.from("text")],
  [Buffer.from([0xff, 0, 1]), Buffer.from([0xff, 0, 1])],
  [undefined, undefined],
])("%j comes back as it was", (value, again) => {
  const written = JSON.parse(JSON.stringify(toStored(value, asItIs)));
  expect(fromStored(written, asItIs)).toEqual(again);
});

test("functions, signals and objects of classes are named, not kept", () => {
  const { signal } = new AbortController();
  const given = { onText: () => undefined, signal, socket: new URL("file:///") };
  expect(toStored(given, asItIs)).toEqual({ onText: { $function: true }, socket: { $object: "URL" } });
});

test("texts are masked wherever they stand, keys and bytes too", () => {
  const mask = (text: string): string => text.replaceAll("hush", "***");
  expect(toStored({ hush: ["a hush", Buffer.from("hush!")] }, mask)).toEqual({
    "***": ["a ***", { $text: "***!" }],
  });
});
