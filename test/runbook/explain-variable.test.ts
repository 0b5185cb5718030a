import { expect, test } from "vitest";
import { listCombinations } from "../../packages/assay/src/runbook/combinators/list-combinations.ts";
import type { LoadOptions } from "../../packages/assay/src/runbook/load.ts";
import {
  explainVariable,
  type ValuePlace,
  type VariableExplanation,
} from "../../packages/assay/src/runbook/variables/explain.ts";
import { variableNotes } from "../../packages/assay/src/runbook/variables/notes.ts";
import { VariableTrace } from "../../packages/assay/src/runbook/variables/trace.ts";
import { loadText } from "./load-text.ts";

type Options = Omit<LoadOptions, "readText"> & { readonly files?: Readonly<Record<string, string>> };

const LOCAL = "platform: [{ type: local }]\n";

async function explain(name: string, text: string, options: Options = {}): Promise<VariableExplanation | undefined> {
  const trace = new VariableTrace();
  await loadText(LOCAL + text, { ...options, trace });
  return explainVariable(name, trace);
}

const place = ({ giver, position, shown }: ValuePlace): string =>
  `${giver ?? `${position?.file.replace("/r/", "")}:${position?.line}:${position?.column}`} ${shown}`;

test("every source is told, highest rank first", async () => {
  const explanation = await explain(
    "TIER",
    "include: [a.yml, b.yml]\nvariable:\n  - { name: tier, value: 0 }\n  - file: vars.yml\n  - { name: Tier, value: 1 }",
    {
      files: {
        "/r/a.yml": "variable: [{ name: tier, value: 7 }]",
        "/r/b.yml": "variable: [{ name: tier, value: 8 }]",
        "/r/vars.yml": "tier: 5",
      },
      variables: ["tier:2", "tier:3"],
      environment: { LISA_tier: "4" },
      assigned: [{ name: "tier", value: 9, origin: "combinator 'grid'" }],
    },
  );
  expect(explanation).toMatchObject({ name: "Tier", shown: "9", type: "number", conversion: undefined });
  expect(explanation && place(explanation.from)).toBe("combinator 'grid' 9");
  expect(explanation?.overrides.map(place)).toEqual([
    "-v on the command line '3'",
    "-v on the command line '2'",
    "environment variable LISA_tier '4'",
    "main.yml:6:26 1",
    "vars.yml:1:7 5",
    "main.yml:4:26 0",
    "a.yml:1:33 7",
    "b.yml:1:33 8",
  ]);
});

/** Name, runbook, argument of -v, shown value, type, and how it was converted. */
const CONVERSIONS: readonly (readonly [string, string, string, string, string, string | undefined])[] = [
  [
    "a number",
    "value: 1",
    "a:2",
    "2",
    "number",
    "The text '2' became the number 2, the type of the value at /r/main.yml:2:30.",
  ],
  [
    "a boolean",
    "value: false",
    "a:yes",
    "yes",
    "boolean",
    "The text 'yes' became the boolean true, the type of the value at /r/main.yml:2:30.",
  ],
  [
    "a list",
    "value: [x]",
    "a:p,q",
    '["p","q"]',
    "list",
    "The text 'p,q' became a list, the type of the value at /r/main.yml:2:30.",
  ],
  ["a text stays one", "value: x", "a:2", "'2'", "text", undefined],
  ["what does not fit stays a text", "value: 1", "a:many", "'many'", "text", undefined],
];

test.each(CONVERSIONS)("conversion: %s", async (_, entry, argument, shown, type, conversion) => {
  const explanation = await explain("a", `variable: [{ name: a, ${entry} }]`, { variables: [argument] });
  expect([explanation?.shown, explanation?.type, explanation?.conversion]).toEqual([shown, type, conversion]);
});

test("references are followed through other variables, each once", async () => {
  const explanation = await explain(
    "a",
    "variable: [{ name: a, value: $(b)-$(c) }, { name: b, value: x$(c) }, { name: c, value: y }]",
    { variables: ["c:z"] },
  );
  expect(explanation?.shown).toBe("'xz-z'");
  expect(explanation?.conversion).toBeUndefined();
  expect(explanation?.references.map((each) => `${each.name} ${place(each)}`)).toEqual([
    "b main.yml:2:61 'xz'",
    "c -v on the command line 'z'",
  ]);
});

test("a value from outside is literal and made of nothing", async () => {
  const explanation = await explain("a", "variable: [{ name: a, value: $(b) }, { name: b, value: 1 }]", {
    variables: ["a:$(b)"],
  });
  expect(explanation).toMatchObject({ shown: "'$(b)'", references: [] });
});

test("uses are told with their places, also in include paths and in other files", async () => {
  const explanation = await explain(
    "which",
    "include: [$(which).yml]\nvariable: [{ name: which, value: a }, { name: b, value: x$(WHICH) }]",
    { files: { "/r/a.yml": "name: run $(which) $(which)" } },
  );
  expect(
    explanation?.uses.map(({ position, text }) => `${position.file}:${position.line}:${position.column} ${text}`),
  ).toEqual(["/r/main.yml:2:11 $(which).yml", "/r/main.yml:3:57 x$(WHICH)", "/r/a.yml:1:7 run $(which) $(which)"]);
});

test("no secret is shown, whatever it is part of", async () => {
  const text = `variable:
  - { name: plain, value: "key $(key)" }
  - { name: key, value: hunter2, is_secret: true, mask: headtail }
  - { name: list, value: [$(key), x] }
  - { name: short, value: ab, is_secret: true }`;
  for (const name of ["plain", "key", "list", "short"]) {
    const explanation = await explain(name, text, { environment: { LISA_key: "swordfish" } });
    expect(JSON.stringify({ ...explanation, uses: [] })).not.toMatch(/hunter2|swordfish|'ab'/);
  }
  const key = await explain("key", text);
  expect(key).toMatchObject({ isSecret: true, shown: "h****2" });
});

test("values of a combinator are told, and who will give what is not known yet", async () => {
  const trace = new VariableTrace();
  const { runbook } = await loadText(
    `${LOCAL}transformer: [{ type: to_list, name: t, items: { l: "a,b" } }]
combinator: { type: grid, items: [{ name: Image, value: [x, y] }, { name: n, value: [1, 1] }] }
variable: [{ name: image, value: z }]
name: $(image) $(n) $(t_l)`,
    { trace },
  );
  const combinator = runbook?.combinator && listCombinations(runbook.combinator);
  expect(explainVariable("image", trace, combinator)).toMatchObject({
    shown: "'z'",
    combinations: { giver: "combinator 'grid' at /r/main.yml:3:13", shown: ['"x"', '"y"'] },
  });
  expect(explainVariable("n", trace, combinator)).toMatchObject({
    type: "unknown",
    from: { giver: "the combinator" },
    combinations: { shown: ["1"] },
  });
  expect(explainVariable("t_l", trace, combinator)).toMatchObject({
    shown: "not known before the run",
    from: { giver: "transformer 't'" },
    combinations: undefined,
  });
});

test("a variable that nothing gives is unknown, and a broken one says so", async () => {
  expect(await explain("b", "name: $(b)")).toBeUndefined();
  expect(await explain("a", "variable: [{ name: a, value: $(b) }]")).toMatchObject({ type: "unknown" });
});

/** Name, runbook, arguments, names that a transformer takes, and what is told. */
const NOTES: readonly (readonly [string, string, Options, readonly string[], readonly string[]])[] = [
  ["never used", "variable: [{ name: a, value: 1 }]", {}, [], ["2:30 R01 The variable 'a' is never used."]],
  ["used in a value", "name: x$(A)\nvariable: [{ name: a, value: 1 }]", {}, [], []],
  [
    "used by a variable, whichever value is in force",
    "variable: [{ name: a, value: 1 }, { name: b, value: $(a), is_case_visible: true }]",
    { variables: ["b:2"] },
    [],
    [],
  ],
  ["seen by cases", "variable: [{ name: a, value: 1, is_case_visible: true }]", {}, [], []],
  ["named by a transformer", "variable: [{ name: A, value: 1 }]", {}, ["a"], []],
  [
    "meant for assay itself",
    "variable: [{ name: enable_distro_pre_filtering, value: true }, { name: vhd, value: x }]",
    {},
    [],
    [],
  ],
  ["given with -v only", "name: x", { variables: ["nmae:1"] }, [], ["- R01 The variable 'nmae' is never used."]],
  ["given by the environment only", "name: x", { environment: { LISA_other: "1" } }, [], []],
  [
    "defined and overridden",
    "variable: [{ name: a, value: 1 }]",
    { variables: ["a:2"] },
    [],
    ["2:30 R01 The variable 'a' is never used."],
  ],
  [
    "a text read as a list",
    "tags: $(a)\nvariable: [{ name: a, value: [x, y] }]",
    { variables: ["a:p q"] },
    [],
    ["- V09 The text for the variable 'a', which holds a list, is read as a list of 1 item."],
  ],
  ["a list that is a list", "tags: $(a)\nvariable: [{ name: b, value: [x] }, { name: a, value: $(b) }]", {}, [], []],
  [
    "two spellings",
    "include: [b.yml]\nvariable: [{ name: Image, value: x }]\nname: $(image)",
    { files: { "/r/b.yml": "variable: [{ name: image, value: y }]" } },
    [],
    ["3:34 V10 The variable 'Image' is the same as 'image' at /r/b.yml:1:34."],
  ],
  [
    "used in an include path",
    "include: [$(a).yml]\nvariable: [{ name: a, value: b }]",
    { files: { "/r/b.yml": "tags: [x]" } },
    [],
    [],
  ],
];

test.each(NOTES)("note: %s", async (_, text, options, named, expected) => {
  const trace = new VariableTrace();
  await loadText(LOCAL + text, { ...options, trace });
  const told = variableNotes(trace, new Set(named));
  expect(told.every(({ severity }) => severity === "info")).toBe(true);
  expect(
    told.map(
      ({ code, message, position }) =>
        `${position === undefined ? "-" : `${position.line}:${position.column}`} ${code} ${message}`,
    ),
  ).toEqual(expected);
});
