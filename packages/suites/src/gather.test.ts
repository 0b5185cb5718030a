import { execFileSync } from "node:child_process";
import { UnexpectedOutput } from "assay";
import { expect, test } from "vitest";
import { gatherScript, parseGathered } from "./gather.ts";

test("a real shell runs every part, whatever the ones before it did", () => {
  const script = gatherScript({
    first: { kind: "shell-text", text: "echo one; echo two >&2; exit 3" },
    second: { kind: "shell-text", text: "printf 'no newline'" },
    third: { kind: "shell-text", text: "cat" },
  });
  const gathered = parseGathered(execFileSync("sh", ["-c", script], { encoding: "utf8" }), [
    "first",
    "second",
    "third",
  ]);
  expect(gathered).toEqual({
    first: { text: "one\ntwo\n", exitCode: 3 },
    second: { text: "no newline", exitCode: 0 },
    third: { text: "", exitCode: 0 },
  });
});

test("a part that never came is an error that names it", () => {
  expect(() => parseGathered("\u001efirst\nx\u001f0\n", ["first", "second"])).toThrow(UnexpectedOutput);
  expect(() => parseGathered("", ["second"])).toThrow("'second' is missing");
});
