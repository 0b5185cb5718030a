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
