import fc from "fast-check";
import { expect, test } from "vitest";
import { loadGood, loadText, short } from "./load-text.ts";

const LOCAL = "platform: [{ type: local }]\n";

test("an includer's key wins as a whole, an earlier include over a later one", async () => {
  const runbook = await loadGood("include:\n  - path: a.yml\n  - b.yml\nname: main", {
    files: {
      "/r/a.yml": `${LOCAL}name: a\ntest_pass: a\ntags: [a]`,
      "/r/b.yml": "name: b\ntest_pass: b\ntags: [b]\ntest_project: b",
    },
  });
  expect(runbook).toMatchObject({ name: "main", testPass: "a", tags: ["a"], testProject: "b" });
});

test("paths are relative to the file they stand in, and a diamond is fine", async () => {
  const runbook = await loadGood("include: [sub/a.yml, sub/deep/c.yml]", {
    files: {
      "/r/sub/a.yml": "include: [deep/c.yml]\nname: a",
      "/r/sub/deep/c.yml": `${LOCAL}include: [../../d.yml]\nname: c`,
      "/r/d.yml": "test_pass: d",
    },
  });
  expect(runbook).toMatchObject({ name: "a", testPass: "d" });
});

test("files of one name in nested folders are no cycle", async () => {
  const runbook = await loadGood("include: [sub/main.yml]", {
    files: { "/r/sub/main.yml": `${LOCAL}include: [sub/main.yml]`, "/r/sub/sub/main.yml": "name: deepest" },
  });
  expect(runbook.name).toBe("deepest");
});

test("a cycle tells its chain, however it is spelled", async () => {
  const { diagnostics } = await loadText("include: [a.yml]", {
    files: { "/r/a.yml": "include: [./x/../b.yml]", "/r/b.yml": "include: [../r/a.yml]" },
  });
  expect(diagnostics.map(short)).toContain(
    "1:11 F07 The files include each other in a circle: /r/a.yml -> /r/b.yml -> /r/a.yml.",
  );
});

test("variables join from all files, in both directions", async () => {
  const runbook = await loadGood(
    "include: [$(which).yml]\nvariable:\n  - { name: which, value: a }\n  - { name: both, value: main, is_case_visible: true }\n  - { name: up, value: $(q), is_case_visible: true }",
    {
      files: {
        "/r/a.yml": `${LOCAL}variable:\n  - { name: both, value: a }\n  - { name: q, value: 7 }\n  - { name: down, value: $(both), is_case_visible: true }`,
      },
    },
  );
  expect(runbook.caseVariables).toEqual({ both: "main", up: 7, down: "main" });
});

test("an included file sees the includer's variables in its own include paths", async () => {
  const files = {
    "/r/a.yml": "include: [t$(tier).yml]\nvariable: [{ name: tier, value: 9 }]",
    "/r/t1.yml": `${LOCAL}name: one`,
    "/r/t2.yml": `${LOCAL}name: two`,
  };
  const text = "include: [a.yml]\nvariable: [{ name: tier, value: 1 }]";
  expect((await loadGood(text, { files })).name).toBe("one");
  expect((await loadGood(text, { files, variables: ["tier:2"] })).name).toBe("two");
});

/** Which of several files gives `v`: the text of the runbook, the other files, the value. */
const RANKS: readonly (readonly [string, string, Readonly<Record<string, string>>, unknown])[] = [
  ["the includer", "include: [a.yml]\nvariable: [{ name: v, value: main }]", { a: "{ name: V, value: a }" }, "main"],
  ["the first include", "include: [a.yml, b.yml]", { a: "{ name: v, value: a }", b: "{ name: v, value: b }" }, "a"],
  [
    "the file that includes",
    "include: [a.yml]",
    { a: "{ name: v, value: a }\ninclude: [b.yml]", b: "{ name: v, value: b }" },
    "a",
  ],
  [
    "an earlier branch, however deep",
    "include: [a.yml, c.yml]",
    { a: "\ninclude: [b.yml]", b: "{ name: v, value: b }", c: "{ name: v, value: c }" },
    "b",
  ],
  [
    "a variable file of the includer",
    "include: [a.yml]\nvariable: [{ file: sub/v.yml }]",
    { a: "{ name: v, value: a }" },
    "file beside sub",
  ],
  ["what follows a variable file", "variable: [{ file: sub/v.yml }, { name: v, value: x }]", {}, "x"],
  ["a variable file that follows", "variable: [{ name: v, value: x }, { file: sub/v.yml }]", {}, "file beside sub"],
  ["a variable file beside the file that names it", "include: [sub/names.yml]", {}, "file beside sub"],
  [
    "a variable file named by a variable of the includer",
    "include: [sub/by.yml]\nvariable: [{ name: w, value: v }]",
    {},
    "file beside sub",
  ],
];

test.each(RANKS)("a variable has the value of %s", async (_, text, parts, expected) => {
  const files = {
    ...Object.fromEntries(
      Object.entries(parts).map(([name, part]) => {
        const [entry, ...rest] = part.split("\n");
        return [`/r/${name}.yml`, [`variable: [${entry}]`, ...rest].join("\n")];
      }),
    ),
    "/r/sub/v.yml": "v: file beside sub",
    "/r/v.yml": "v: file beside the runbook",
    "/r/sub/names.yml": "variable: [{ file: v.yml }]",
    "/r/sub/by.yml": "variable: [{ file: $(w).yml }]",
  };
  expect((await loadGood(`${LOCAL}name: $(v)\n${text}`, { files })).name).toBe(expected);
});

test("an include that is null is none", async () => {
  expect((await loadGood(`${LOCAL}include:\nname: alone`)).name).toBe("alone");
});

test("a key that is null in the includer does not hide the included one", async () => {
  const runbook = await loadGood(`${LOCAL}include: [a.yml]\nname:\ntags:`, {
    files: { "/r/a.yml": "name: a\ntags: [a]" },
  });
  expect(runbook).toMatchObject({ name: "a", tags: ["a"] });
});

test("files that include one another too deep, or add up to too much, are refused", async () => {
  const chain = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [`/r/f${index}.yml`, `include: [f${index + 1}.yml]`]),
  );
  const deep = await loadText(`${LOCAL}include: [f0.yml]`, { files: chain });
  expect(deep.diagnostics.map(short)).toEqual(["1:11 F09 The files include one another more than 100 deep."]);
  const entries = Array.from({ length: 2000 }, (_, index) => `  - { name: v${index} }`).join("\n");
  const often = await loadText(`${LOCAL}include: [${"a.yml, ".repeat(200)}]`, {
    files: { "/r/a.yml": `variable:\n${entries}` },
  });
  expect(often.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "F09 The files of the runbook add up to too much data.",
  ]);
});

test("including ever more files is refused", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`/r/f${index}.yml`, `include: [f${index + 1}.yml, f${index + 1}.yml]`]),
  );
  const { diagnostics } = await loadText("include: [f0.yml]", { files: { ...files, "/r/f30.yml": LOCAL } });
  expect(diagnostics.map(({ code }) => code)).toContain("F09");
});

test("joining is whole-key and associative", async () => {
  const keys = ["name", "test_pass", "test_project"] as const;
  const part = fc.record(Object.fromEntries(keys.map((key) => [key, fc.constantFrom("x", "y", "z")])), {
    requiredKeys: [],
  });
  await fc.assert(
    fc.asyncProperty(part, part, part, async (a, b, c) => {
      const expected = { name: "not_named", test_pass: "", test_project: "", ...c, ...b, ...a };
      const chain = {
        "/r/b.yml": JSON.stringify({ ...b, include: ["c.yml"] }),
        "/r/c.yml": JSON.stringify({ ...c, platform: [{ type: "local" }] }),
      };
      const nested = await loadGood(JSON.stringify({ ...a, include: ["b.yml"] }), { files: chain });
      const flat = await loadGood(JSON.stringify({ ...a, include: ["b.yml", "c.yml"] }), {
        files: { ...chain, "/r/b.yml": JSON.stringify(b) === "{}" ? "test_pass:" : JSON.stringify(b) },
      });
      for (const runbook of [nested, flat]) {
        expect({ name: runbook.name, test_pass: runbook.testPass, test_project: runbook.testProject }).toEqual(
          expected,
        );
      }
    }),
    { numRuns: 50 },
  );
});
