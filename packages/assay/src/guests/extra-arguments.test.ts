import { expect, test } from "vitest";
import { extraArguments } from "./extra-arguments.ts";

test.each<[unknown, readonly string[]]>([
  [undefined, []],
  ["", []],
  ["-a  -b", ["-a", "-b"]],
  [`--name="two words" 'three "quoted" words' x`, ["--name=two words", 'three "quoted" words', "x"]],
  [
    ["one word", 2],
    ["one word", "2"],
  ],
])("%j", (value, expected) => {
  expect(extraArguments(value)).toEqual(expected);
});
