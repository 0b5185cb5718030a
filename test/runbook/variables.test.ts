import fc from "fast-check";
import { expect, test } from "vitest";
import { loadGood, loadText, short } from "./load-text.ts";

const visible = (entries: string): string =>
  `platform: [{ type: local }]\nvariable:\n${entries
    .split("\n")
    .map((entry) => `  - { ${entry}, is_case_visible: true }`)
    .join("\n")}`;

/** Name, variables of the runbook, -v arguments, environment, values that must come out. */
const CASES: readonly (readonly [string, string, readonly string[], Readonly<Record<string, string>>, object])[] = [
  ["the last definition wins", "name: a, value: 1\nname: A, value: 2", [], {}, { a: 2 }],
  [
    "-v over environment over runbook",
    "name: a, value: x\nname: b, value: x\nname: c, value: x",
    ["a:cli"],
    { LISA_A: "env", LISA_b: "env" },
    { a: "cli", b: "env", c: "x" },
  ],
  ["the last -v wins", "name: a, value: x", ["a:1", "A:2"], {}, { a: "2" }],
  ["a value with colons", "name: a, value: x", ["a:http://h:80/"], {}, { a: "http://h:80/" }],
  ["assay's own prefix", "name: a, value: x", [], { ASSAY_a: "y" }, { a: "y" }],
  [
    "an override is seen by what derives from it, after",
    "name: tier, value: 0\nname: p, value: t$(tier)",
    ["tier:1"],
    {},
    { tier: 1, p: "t1" },
  ],
  [
    "an override is seen by what derives from it, before",
    "name: p, value: t$(tier)\nname: tier, value: 0",
    ["tier:1"],
    {},
    { tier: 1, p: "t1" },
  ],
  [
    "text takes the type of a number",
    "name: a, value: 1\nname: b, value: 1\nname: c, value: 1",
    ["a:7", "b:x", "c:"],
    {},
    { a: 7, b: "x", c: "" },
  ],
  [
    "text takes the type of a boolean",
    "name: a, value: false\nname: b, value: true\nname: c, value: true",
    ["a:Yes", "b:off", "c:maybe"],
    {},
    { a: true, b: false, c: "maybe" },
  ],
  ["text takes the type of a float", "name: a, value: 1.5", ["a:2"], {}, { a: 2 }],
  ["null gives no type", "name: a, value: null", ["a:1"], {}, { a: "1" }],
  [
    "text becomes a list",
    "name: a, value: [x]\nname: b, value: [x]",
    ["a:p, q", "b:[p, {k: 1}]"],
    {},
    { a: ["p", "q"], b: ["p", { k: 1 }] },
  ],
  ["text becomes a mapping", "name: a, value: {k: 1}", ["a:{k: 2}"], {}, { a: { k: 2 } }],
  ["a number replaces text as it is", "name: a, value: x\nname: a, value: 3", [], {}, { a: 3 }],
  [
    "a text reference alone keeps its type",
    "name: a, value: [1, 2]\nname: b, value: $(A)\nname: c, value: 3\nname: d, value: $(c)",
    [],
    {},
    { a: [1, 2], b: [1, 2], c: 3, d: 3 },
  ],
  [
    "inside text, as Python writes it",
    "name: a, value: 'x$(t)$(n)$(f)$(i)'\nname: t, value: yes\nname: n, value: null\nname: f, value: 2.0\nname: i, value: 010",
    [],
    {},
    { a: "xTrueNone2.08", t: true, n: null, f: 2, i: 8 },
  ],
  [
    "inside lists and mappings",
    "name: a, value: [$(b), {k: $(b)}]\nname: b, value: 5",
    [],
    {},
    { a: [5, { k: 5 }], b: 5 },
  ],
  [
    "a value from outside is not looked at again",
    "name: a, value: x\nname: b, value: y",
    ["a:$(b)"],
    {},
    { a: "$(b)", b: "y" },
  ],
  ["no escaping", "name: a, value: $$(b)\nname: b, value: x", [], {}, { a: "$x", b: "x" }],
  ["a missing value is the empty text", "name: a", [], {}, { a: "" }],
];

test.each(CASES)("%s", async (_, entries, variables, environment, expected) => {
  const { caseVariables } = await loadGood(visible(entries), { variables, environment });
  expect(caseVariables).toEqual(expected);
});

test("only visible variables reach cases, and CV_ makes one visible", async () => {
  const text = "platform: [{ type: local }]\nvariable: [{ name: a, value: 1 }, { name: b, value: 2 }]";
  const { caseVariables, secrets } = await loadGood(text, { environment: { CV_LISA_b: "3", SCV_LISA_c: "four" } });
  expect(caseVariables).toEqual({ b: 3, c: "four" });
  expect(secrets).toEqual(["four"]);
});

test("secrets are collected with their masks", async () => {
  const runbook = await loadGood(
    `platform: [{ type: local }]
variable:
  - { name: a, is_secret: true, mask: headtail }
  - { name: list, value: [$(a), $(b)], is_secret: true }
  - { name: zero, value: $(nothing), is_secret: true }
  - { name: nothing, value: 0 }`,
    { variables: ["s:b:swordfish", "a:hunter2"] },
  );
  expect(new Set(runbook.secrets)).toEqual(new Set(["hunter2", "swordfish"]));
  expect(runbook.secretMasks).toEqual(new Map([["hunter2", "h****2"]]));
});

test("a secret that is too short to mask is told", async () => {
  const { diagnostics } = await loadText("platform: [{ type: local }]", { variables: ["s:b:x"] });
  expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["warning R04"]);
});

test("a variable file gives values at the place of its line, secrecy per entry", async () => {
  const runbook = await loadGood(
    `platform: [{ type: local }]
variable:
  - { name: a, value: before, is_case_visible: true }
  - { name: b, value: before, is_case_visible: true }
  - file: sub/$(which).yml
  - { name: b, value: after, is_case_visible: true }
  - { name: which, value: vars }`,
    {
      files: {
        "/r/sub/vars.yml":
          "a: file\nb: file\nsecret: { value: hunter2, is_secret: true }\nopen: { value: plain, is_case_visible: true }\nmap: { other: 1 }",
      },
    },
  );
  expect(runbook.caseVariables).toEqual({ a: "file", b: "after", open: "plain" });
  expect(runbook.secrets).toEqual(["hunter2"]);
});

test("a text for a mapping variable must be a mapping", async () => {
  const { diagnostics } = await loadText(visible("name: a, value: {k: 1}"), { variables: ["a:x"] });
  expect(diagnostics.map(short)).toEqual(["- V09 The variable 'a' holds a mapping, and this text is none."]);
});

test("variables that multiply are refused", async () => {
  const texts = Array.from({ length: 40 }, (_, index) => `name: v${index}, value: '$(v${index + 1})$(v${index + 1})'`);
  const bomb = await loadText(visible([...texts, "name: v40, value: xxxxxxxxxx"].join("\n")));
  expect(bomb.runbook).toBeUndefined();
  expect(bomb.diagnostics.map(({ code }) => code)).toContain("V12");
  const lists = texts.map((text) => text.replace(/'\$\((v\d+)\)\$\(\w+\)'/, "[$($1), $($1)]"));
  const lists2 = await loadText(visible([...lists, "name: v40, value: xxxxxxxxxx"].join("\n")));
  expect(lists2.diagnostics.map(({ code }) => code)).toContain("V12");
});

test("a very long chain of variables is refused, not a crash", async () => {
  const chain = Array.from({ length: 5000 }, (_, index) => `name: v${index}, value: $(v${index + 1})`);
  const { diagnostics } = await loadText(visible([...chain, "name: v5000, value: 1"].join("\n")));
  expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["V03"]));
});

test("resolution ends for every graph of references", async () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e");
  const part = fc.oneof(
    name.map((each) => `$(${each})`),
    fc.constantFrom("x", "1", "$(", ")"),
  );
  const definition = fc.tuple(
    name,
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join("")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(definition, { maxLength: 8 }), async (definitions) => {
      const text = JSON.stringify({
        platform: [{ type: "local" }],
        variable: definitions.map(([each, value]) => ({ name: each, value })),
      });
      const { runbook, diagnostics } = await loadText(text);
      expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
    }),
  );
});
