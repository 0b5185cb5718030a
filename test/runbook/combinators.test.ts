import { expect, test } from "vitest";
import { listCombinations } from "../../packages/assay/src/runbook/combinators/list-combinations.ts";
import type { AssignedVariable } from "../../packages/assay/src/runbook/types.ts";
import { loadGood, loadText, short } from "./load-text.ts";

const LOCAL = "platform: [{ type: local }]\n";
/** Uses `a` and `b`, so that no combinator is told to name them in vain. */
const USES = `${LOCAL}test_pass: $(a)\ntest_project: $(b)\nvariable: [{ name: a, value: "" }, { name: b, value: "" }]\n`;

/** The values of each combination, such as `a=1 b=x`. */
async function combinations(text: string, files: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { combinator } = await loadGood(USES + text, { files });
  const listed = combinator && listCombinations(combinator);
  const all = [...(listed?.combinations ?? [])];
  expect(listed?.size).toBe(all.length);
  return all.map((values) => values.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).join(" "));
}

const CSV = "combinator: { type: csv, file_name: t.csv, column_mapping: ";
const both = "[{ column: A, variable: a }, { column: B, variable: b, default: z }] }";

const LISTS: readonly (readonly [string, string, readonly string[], Readonly<Record<string, string>>?])[] = [
  [
    "grid: the first item changes fastest",
    "combinator: { type: grid, items: [{ name: a, value: [1, 2] }, { name: b, value: [x, y] }] }",
    ['a=1 b="x"', 'a=2 b="x"', 'a=1 b="y"', 'a=2 b="y"'],
  ],
  [
    "grid: values of every type",
    "combinator: { type: grid, items: [{ name: a, value: [1.5, true, null, [p], { k: v }] }] }",
    ["a=1.5", "a=true", "a=null", 'a=["p"]', 'a={"k":"v"}'],
  ],
  ["grid: no items are no combinations", "combinator: { type: grid, items: [] }", []],
  [
    "batch: items in order",
    "combinator: { type: batch, items: [{ a: 1, b: x }, { a: 2 }, { b: y }] }",
    ['a=1 b="x"', "a=2", 'b="y"'],
  ],
  ["batch: an empty item keeps the variables", "combinator: { type: batch, items: [{}, { a: 1 }] }", ["", "a=1"]],
  ["batch: no items", "combinator: { type: batch, items: [] }", []],
  [
    "csv: one row each, cells are texts",
    `${CSV}${both}`,
    ['a="1" b="x"', 'a="2" b="y"'],
    { "/r/t.csv": "B,A\nx,1\ny,2\n" },
  ],
  [
    "csv: an empty or missing cell takes the default",
    `${CSV}${both}`,
    ['a="1" b="z"', 'a="" b="z"'],
    { "/r/t.csv": "\ufeffA,B\r\n1\r\n,\r\n" },
  ],
  ["csv: only a heading", `${CSV}${both}`, [], { "/r/t.csv": "A,B\n" }],
  ["csv: relative to the folder assay is started in", `${CSV}${both}`, ['a="1" b="x"'], { "t.csv": "A,B\n1,x\n" }],
  [
    "csv: beside the runbook first",
    `${CSV}${both}`,
    ['a="1" b="x"'],
    { "t.csv": "A,B\n9,9\n", "/r/t.csv": "A,B\n1,x\n" },
  ],
  [
    "settings may come from variables",
    "include: [v.yml]\ncombinator: { type: $(kind), items: [{ name: a, value: $(values) }] }",
    ["a=1", "a=2"],
    { "/r/v.yml": "variable: [{ name: kind, value: grid }, { name: values, value: [1, 2] }]" },
  ],
  ["names that differ in case are one variable", "combinator: { type: batch, items: [{ a: 1, A: 2 }] }", ["A=2"]],
];

const LISTED = LISTS.map(([name, text, expected, files = {}]) => ({ name, text, expected, files }));

test.each(LISTED)("$name", async ({ text, expected, files }) => {
  expect(await combinations(text, files)).toEqual(expected);
});

test("a combination tells where it comes from", async () => {
  const { combinator } = await loadGood(`${USES}combinator:\n  type: batch\n  items: [{ a: 1 }]`);
  const [first] = [...((combinator && listCombinations(combinator))?.combinations ?? [])];
  expect(first).toEqual([{ name: "a", value: 1, origin: "combinator 'batch' at /r/main.yml:6:3" }]);
});

const PROBLEMS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a list of one is read",
    "combinator: [{ type: grid, items: [] }]",
    ["warning 5:13 S02 'combinator' is a mapping; a list with one item is read as if it were."],
  ],
  ["two combinators", "combinator: [{ type: grid }, { type: grid }]", ["5:30 S02 There can be one combinator only."]],
  ["an unknown type", "combinator: { type: gird }", ["5:21 T01 There is no type 'gird' for 'combinator'."]],
  ["no type", "combinator: { items: [] }", ["5:13 T02 'combinator' has no 'type'."]],
  ["no items", "combinator: { type: batch }", ["5:13 T02 'combinator' has no 'items'."]],
  [
    "an unknown key",
    "combinator: { type: grid, items: [], item: 1 }",
    ["5:38 T03 The key 'item' is not known in 'combinator'."],
  ],
  [
    "a grid item that is no list",
    "combinator: { type: grid, items: [{ name: a, value: x }] }",
    ["5:53 S02 'combinator.items[0].value' must be a list, each item any value, found the text 'x'."],
  ],
  [
    "a grid item without values",
    "combinator: { type: grid, items: [{ name: a, value: [] }] }",
    ["5:53 C01 The item 'a' has no values."],
  ],
  [
    "a file in a grid item",
    "combinator: { type: grid, items: [{ name: a, value: [1], file: x.yml }] }",
    ["5:58 T03 The key 'file' is not known in 'combinator.items[0]'."],
  ],
  [
    "a grid item that stands twice",
    "combinator: { type: grid, items: [{ name: a, value: [1] }, { name: A, value: [2] }] }",
    ["warning 5:68 C01 The item 'A' stands twice; the later one gives the value."],
  ],
  [
    "a batch item that is no mapping",
    "combinator: { type: batch, items: [a] }",
    ["5:36 S02 'combinator.items[0]' must be a mapping, each value any value, found the text 'a'."],
  ],
  [
    "a name nothing refers to",
    "combinator: { type: grid, items: [{ name: c, value: [1] }] }",
    ["warning 5:43 C03 Nothing refers to 'c', so its values change nothing."],
  ],
  [
    "a csv file that is missing",
    "combinator: { type: csv, file_name: no.csv, column_mapping: [] }",
    ["5:37 C02 The file 'no.csv' cannot be read."],
  ],
  [
    "a csv file that is none",
    "combinator: { type: csv, file_name: bad.csv, column_mapping: [] }",
    ["5:37 C02 'bad.csv' is no file of comma-separated values: the quote in line 2 is not closed."],
  ],
  [
    "a column that is missing",
    "combinator: { type: csv, file_name: t.csv, column_mapping: [{ column: a, variable: a }] }",
    ["5:71 C02 The file has no column 'a'."],
  ],
  [
    "a missing column with a default",
    "combinator: { type: csv, file_name: t.csv, column_mapping: [{ column: C, variable: a, default: x }] }",
    ["warning 5:71 C02 The file has no column 'C'; the default is used in every row."],
  ],
  [
    "git_bisect without its keys",
    "combinator: { type: git_bisect, repo: r }",
    [
      "5:13 T02 'combinator' has no 'connection'.",
      "5:13 T02 'combinator' has no 'good_commit'.",
      "5:13 T02 'combinator' has no 'bad_commit'.",
      "warning 5:13 C03 Nothing refers to 'ref', so its values change nothing.",
    ],
  ],
];

test.each(PROBLEMS)("%s", async (_, text, expected) => {
  const files = { "/r/t.csv": "A,B\n1,2\n", "/r/bad.csv": 'A\n"1\n' };
  const { diagnostics } = await loadText(USES + text, { files });
  expect(diagnostics.map(short)).toEqual(expected);
});

test("the near column is suggested", async () => {
  const text = "combinator: { type: csv, file_name: t.csv, column_mapping: [{ column: imgae, variable: a }] }";
  const { diagnostics } = await loadText(USES + text, { files: { "/r/t.csv": "image,size\n" } });
  expect(diagnostics[0]?.help).toBe("Did you mean 'image'? Columns: image, size.");
});

test("--compat reads combinators with keys that LISA ignores", async () => {
  const { diagnostics } = await loadText(`${USES}combinator: { type: grid, items: [], more: 1 }`, {
    isCompatible: true,
  });
  expect(diagnostics.map(short)).toEqual(["warning 5:38 T03 The key 'more' is not known in 'combinator'."]);
});

const given = (name: string, value: AssignedVariable["value"]): AssignedVariable => ({ name, value, origin: "test" });

/** What `$(v)` becomes: default in the runbook, -v, value of a combinator, result. */
const CONVERTED: readonly (readonly [string, string | undefined, AssignedVariable["value"], unknown])[] = [
  ["1", undefined, 2, 2],
  ["1", "5", 2, 2],
  ["1", undefined, "2", 2],
  ["1", undefined, "x", "x"],
  ["true", undefined, "no", false],
  ["1.5", undefined, "2", 2],
  ["[x]", undefined, "p, q", ["p", "q"]],
  ["[x]", undefined, "[1, 2]", [1, 2]],
  ["{ k: v }", undefined, "{ k: w }", { k: "w" }],
  ["text", undefined, true, true],
  ["text", undefined, "7", "7"],
  ["null", undefined, "7", "7"],
  ["text", undefined, null, null],
  ["text", undefined, ["p", 1], ["p", 1]],
  ["text", undefined, { k: [1] }, { k: [1] }],
  ["text", undefined, "$(name)", "$(name)"],
];

test.each(CONVERTED)("over '%s' and -v %s the value %j gives %j", async (written, argument, value, expected) => {
  const runbook = await loadGood(
    `${LOCAL}variable: [{ name: v, value: ${written} }, { name: w, value: $(V), is_case_visible: true }]`,
    {
      variables: argument === undefined ? [] : [`v:${argument}`],
      environment: { LISA_V: "environment" },
      assigned: [given("V", value)],
    },
  );
  expect(runbook.caseVariables).toEqual({ w: expected });
});

test("the later value of a name wins, and names ignore case", async () => {
  const { name } = await loadGood(`${LOCAL}name: $(IMAGE)\nvariable: [{ name: image, value: none }]`, {
    assigned: [given("Image", "a"), given("iMAGE", "b")],
  });
  expect(name).toBe("b");
});

test("values need no definition, and what is derived from them follows", async () => {
  const runbook = await loadGood(`${LOCAL}name: $(x)\ntest_pass: $(y)\nvariable: [{ name: y, value: y-$(x) }]`, {
    assigned: [given("x", "new")],
  });
  expect(runbook).toMatchObject({ name: "new", testPass: "y-new" });
});

test("a variable stays visible to cases and secret when it gets another value", async () => {
  const { runbook, secrets } = await loadText(
    `${LOCAL}name: $(s)\nvariable: [{ name: v, value: 1, is_case_visible: true }]`,
    {
      environment: { CV_LISA_w: "1" },
      variables: ["s:s:first secret"],
      assigned: [given("V", 2), given("W", 3), given("S", "second secret")],
    },
  );
  expect(runbook?.caseVariables).toEqual({ v: 2, w: 3 });
  expect(secrets).toEqual(["second secret"]);
});

test("a secret value is masked", async () => {
  const { secrets } = await loadText(`${LOCAL}name: $(x)`, { assigned: [{ ...given("x", "hidden"), isSecret: true }] });
  expect(secrets).toEqual(["hidden"]);
});

test("a wrong value tells where it comes from", async () => {
  const { diagnostics } = await loadText(`${LOCAL}concurrency: $(x)\nvariable: [{ name: x, value: 1 }]`, {
    assigned: [{ ...given("x", "many"), origin: "combinator 'grid'" }],
  });
  expect(diagnostics[0]).toMatchObject({ code: "S02", trail: ["variable 'x' set by combinator 'grid'"] });
});

test("variables of a combinator need no definition before it has run", async () => {
  const runbook = await loadGood(
    `${LOCAL}name: $(x)-run\nconcurrency: $(n)\nvariable: [{ name: n, value: 2 }]\ncombinator: { type: batch, items: [{ X: a, n: 3 }] }`,
  );
  expect(runbook).toMatchObject({ name: "not_named", concurrency: 2 });
});

const TO_LIST = "transformer:\n  - { type: to_list, name: split, items: { images: 'a,b' } }\n";

test("outputs of transformers may be used before they are known", async () => {
  const text = `${LOCAL}name: $(split_images)\n${TO_LIST}variable: [{ name: later, value: $(Split_Images) }]\ncombinator: { type: grid, items: [{ name: image, value: $(later) }] }\ntest_pass: $(image)`;
  const before = await loadGood(text);
  expect(before.combinator?.isPending).toBe(true);
  expect(before.combinator && listCombinations(before.combinator)).toBeUndefined();
  const { combinator } = await loadGood(text.replace("name: $(split_images)\n", ""), {
    assigned: [given("split_images", ["a", "b"])],
  });
  expect(combinator && listCombinations(combinator)?.size).toBe(2);
});

test("a placeholder gives way to an output that is there before the cases are chosen", async () => {
  const tags = (phase: string, enabled = true): string =>
    `${LOCAL}tags: $(split_images)\ntransformer:\n  - { type: to_list, name: split, items: { images: x }, phase: ${phase}, enabled: ${enabled} }\nvariable: [{ name: split_images, value: [placeholder] }]`;
  expect((await loadGood(tags("init"))).tags).toEqual([]);
  expect((await loadGood(tags("expanded"))).tags).toEqual([]);
  expect((await loadGood(tags("init", false))).tags).toEqual(["placeholder"]);
  expect((await loadGood(tags("cleanup"))).tags).toEqual(["placeholder"]);
  expect((await loadGood(tags("init"), { assigned: [given("split_images", ["a"])] })).tags).toEqual(["a"]);
});
