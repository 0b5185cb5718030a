import { expect, test } from "vitest";
import { commandFirst } from "./arguments.ts";

const commands = new Set(["run", "check"]);

test.each([
  ["-r x run -v a:1", "run -r x -v a:1"],
  ["-v run:1 check", "check -v run:1"],
  ["-r x", "run -r x"],
  ["-d -r run", "run -d -r run"],
  ["run --json", "run --json"],
  ["--version", "--version"],
  ["--help run", "run --help"],
  ["", ""],
  ["unknown -r x", "unknown -r x"],
])("%j becomes %j", (given, wanted) => {
  const split = (text: string) => text.split(" ").filter((word) => word !== "");
  expect(commandFirst(split(given), commands)).toEqual(split(wanted));
});
