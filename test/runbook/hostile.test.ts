import fc from "fast-check";
import { expect, test } from "vitest";
import { loadText } from "./load-text.ts";

const bomb = (levels: number, item: (name: string) => string): string =>
  Array.from(
    { length: levels },
    (_, index) => `k${index}: &a${index} ${index === 0 ? "[x]" : item(`*a${index - 1}`)}`,
  ).join("\n");

/** Every one must be refused with F01 and nothing else than a message. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ["alias bomb of lists", bomb(40, (alias) => `[${alias}, ${alias}]`)],
  ["alias bomb of mappings", bomb(40, (alias) => `{ a: ${alias}, b: ${alias} }`)],
  ["deep brackets", `a: ${"[".repeat(300_000)}`],
  ["deep braces", `a: ${"{a: ".repeat(100_000)}`],
  ["deep lists on one line", `a:\n  ${"- ".repeat(100_000)}x`],
  ["deep keys on one line", `${"? ".repeat(100_000)}x`],
  ["deep indentation", Array.from({ length: 1200 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  [
    "deep lists over many lines",
    Array.from({ length: 90 }, (_, row) => `${" ".repeat(row * 100)}${"- ".repeat(50)}x:`).join("\n"),
  ],
  ["aliases that nest", bomb(900, (alias) => `${"[".repeat(90)}${alias}${"]".repeat(90)}`)],
  ["a huge file", `name: ${"x".repeat(1_100_000)}`],
  ["two documents", "name: a\n---\nname: b"],
  ["mapping as a key", "{ a: 1 }: 2"],
];

test.each(HOSTILE)("%s is refused with a message", async (_, text) => {
  const { runbook, diagnostics } = await loadText(text);
  expect(runbook).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toContain("F01");
});

test("variables that nest deeper than any file are refused with a message", async () => {
  const value = (index: number): string => `${"[".repeat(90)}$(v${index + 1})${"]".repeat(90)}`;
  const entries = Array.from({ length: 150 }, (_, index) => `  - { name: v${index}, value: ${value(index)} }`);
  const { diagnostics } = await loadText(
    `platform: [{ type: local }]\nvariable:\n${entries.join("\n")}\n  - { name: v150 }`,
  );
  expect(diagnostics.map(({ code }) => code)).toContain("V12");
});

test("merge keys of aliases do not multiply", async () => {
  const text = bomb(30, (alias) => `{ <<: [${alias}, ${alias}] }`).replace("[x]", "{ x: 1 }");
  const { diagnostics } = await loadText(text);
  expect(diagnostics.every(({ code }) => code === "S01")).toBe(true);
});

test("small merges of a large mapping do not multiply", async () => {
  const many = (count: number, item: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => item(index)).join(", ");
  const large = `k0: &b { ${many(2000, (index) => `x${index}: 1`)} }\n`;
  for (const merges of [`{ <<: [${many(2000, () => "*b")}] }`, `[${many(2000, () => "{ <<: *b }")}]`]) {
    const { diagnostics } = await loadText(`${large}k1: ${merges}`);
    expect(diagnostics.map(({ message }) => message)).toContain("The merge keys '<<' expand to too much data.");
  }
});

test("large legal files are read", async () => {
  const entries = Array.from({ length: 5000 }, (_, index) => `  - { name: v${index}, value: text of ${index} }`);
  const { runbook } = await loadText(`platform: [{ type: local }]\nvariable:\n${entries.join("\n")}`);
  expect(runbook).toBeDefined();
});

test("keys that JavaScript objects have by birth are ordinary unknown keys", async () => {
  const keys = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const { diagnostics } = await loadText(
    `platform: [{ type: local }]\n${keys.map((key) => `${key}: { x: 1 }`).join("\n")}`,
  );
  expect(diagnostics.map(({ code }) => code)).toEqual(["S01", "S01", "S01", "S01"]);
  const { runbook } = await loadText(
    "platform: [{ type: local }]\nvariable: [{ name: __proto__, value: { polluted: 1 }, is_case_visible: true }]",
  );
  expect(runbook).toBeDefined();
  expect(Object.hasOwn({}, "polluted") || "polluted" in {}).toBe(false);
});

const word = fc.constantFrom(
  "name",
  "platform",
  "testcase",
  "criteria",
  "variable",
  "include",
  "value",
  "type",
  "local",
  "qemu",
  "$(x)",
  "$(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ":",
  ": ",
  "- ",
  "\n",
  "\n  ",
  "\t",
  "'",
  '"',
  "|",
  ">",
  "&a ",
  "*a",
  "<<",
  "? ",
  "!!str ",
  "#",
  "on",
  "010",
  "1:30",
  "~",
  "%YAML 1.1",
  "---",
  "...",
  "\u0000",
  "\ufeff",
  "é",
  "😀",
  "\r\n",
  ",",
);

test("random text gives problems and never throws", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(word, { maxLength: 40 }).map((words) => words.join("")),
        fc.string({ unit: "binary", maxLength: 60 }),
      ),
      async (text) => {
        const { runbook, diagnostics } = await loadText(text);
        expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
      },
    ),
    { numRuns: 500 },
  );
});

test("random values in every section give problems and never throw", async () => {
  const scalar = fc.oneof(
    fc.constantFrom("local", "qemu", "remote", "include", "$(v)", "a(b", ""),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  const key = fc.constantFrom(
    "type",
    "name",
    "criteria",
    "nodes",
    "environments",
    "qemu",
    "requirement",
    "core_count",
    "min",
    "max",
    "area",
    "tags",
    "enabled",
    "path",
    "file",
    "value",
    "is_secret",
    "mask",
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      scalar,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    ),
  }));
  const top = fc.constantFrom(
    "name",
    "platform",
    "testcase",
    "environment",
    "notifier",
    "variable",
    "include",
    "extension",
    "dev",
    "concurrency",
    "tags",
    "transformer",
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(top, value, { maxKeys: 5 }), async (data) => {
      const { runbook, diagnostics } = await loadText(JSON.stringify(data));
      expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
    }),
    { numRuns: 500 },
  );
});
