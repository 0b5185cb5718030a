import { expect, test } from "vitest";
import { formatDiagnostic } from "./diagnostics.ts";
import type { Diagnostic } from "./types.ts";

const unknownKey: Diagnostic = {
  severity: "error",
  code: "S01",
  message: "The key 'nmae' is not known in a runbook.",
  position: { file: "a.yml", line: 2, column: 3 },
  help: "Did you mean 'name'?",
  trail: ["included from b.yml:1:3"],
};

test("shows place, line, caret, trail and help", () => {
  expect(`\n${formatDiagnostic(unknownKey, "x: 1\n\t nmae: x\n", { color: false })}`).toBe(`
a.yml:2:3: error S01: The key 'nmae' is not known in a runbook.
  \t nmae: x
  \t ^
  from: included from b.yml:1:3
  help: Did you mean 'name'?`);
});

test("shows what it can without text or place", () => {
  const { position: _, ...rest } = unknownKey;
  expect(formatDiagnostic({ ...rest, position: undefined }, undefined, { color: false })).toMatch(
    /^error S01: The key/,
  );
  expect(formatDiagnostic(unknownKey, "only one line", { color: false })).not.toContain("^");
});

test("cuts long lines around the place", () => {
  const shown = formatDiagnostic(
    { ...unknownKey, position: { file: "a.yml", line: 1, column: 5001 } },
    `${"x".repeat(5000)}HERE${"y".repeat(5000)}`,
    { color: false },
  ).split("\n");
  const [, line = "", caret = ""] = shown;
  expect(line.length).toBeLessThan(200);
  expect(line.slice(caret.indexOf("^"))).toMatch(/^HERE/);
});

test("prints neither control characters of a file nor a secret that stands in it", () => {
  const shown = formatDiagnostic(unknownKey, "x: 1\n  \u001b[2Jnmae: x", { color: true });
  expect(shown).not.toContain("\u001b[2J");
  expect(shown).toContain("\u001b[31m");
  expect(formatDiagnostic({ ...unknownKey, code: "R02" }, "x\nvalue: hunter2", { color: false })).not.toContain(
    "hunter2",
  );
});

test("prints no line that holds a part of a secret", () => {
  const shown = formatDiagnostic({ ...unknownKey, isSecret: true }, "x\nvalue: hunter2-$(x)", { color: false });
  expect(shown).toMatch(/^a\.yml:2:3: error S01/);
  expect(shown).not.toContain("hunter2");
});
