import { expect, test } from "vitest";
import { consoleLines } from "./console-text.ts";

test.for([
  ["colours and carriage returns", "\u001b[0;31mKernel panic\u001b[0m\r\nx", ["Kernel panic", "x"]],
  ["what firmware asks the terminal", "\u001b[=3h\u001b[2J\u001b[01;01HBdsDxe: loading", ["BdsDxe: loading"]],
  ["character sets and resets", "\u001b(B\u001b[m\u001bcgrub>", ["grub>"]],
] as const)("reads through %s", ([, text, lines]) => {
  expect(consoleLines(text)).toEqual(lines);
});
