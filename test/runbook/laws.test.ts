import fc from "fast-check";
import { expect, test } from "vitest";
import { loadGood, loadText } from "./load-text.ts";

const PLATFORM = "platform: [{ type: local }]";

/** A runbook file with what it includes; names count the files, so that every value is told from every other. */
interface FileTree {
  readonly keys: readonly string[];
  readonly variables: readonly string[];
  readonly includes: readonly FileTree[];
}

const { tree } = fc.letrec<{ tree: FileTree }>((tie) => ({
  tree: fc.record({
    keys: fc.subarray(["name", "test_project", "test_pass"]),
    variables: fc.subarray(["a", "b", "c"]),
    includes: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie("tree"), { maxLength: 3 })),
  }),
}));

interface WrittenFile extends FileTree {
  readonly id: string;
}

/** All files in the order of their rank: a file before what it includes, an earlier include before a later one. */
function write(root: FileTree): { files: Record<string, string>; ranked: readonly WrittenFile[] } {
  const files: Record<string, string> = {};
  const ranked: WrittenFile[] = [];
  const visit = (file: FileTree): string => {
    const id = `f${ranked.length}`;
    ranked.push({ ...file, id });
    const included = file.includes.map(visit);
    files[`/r/${id}.yml`] = [
      `include: [${included.map((name) => `${name}.yml`).join(", ")}]`,
      ...file.keys.map((key) => `${key}: ${key} of ${id}`),
      `variable: [${file.variables.map((name) => `{ name: ${name}, value: ${name} of ${id}, is_case_visible: true }`).join(", ")}]`,
      ...(id === "f0" ? [PLATFORM] : []),
    ].join("\n");
    return id;
  };
  visit(root);
  return { files, ranked };
}

test("of all files that are included, however deep, the first in reading order gives a key and a variable", async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (root) => {
      const { files, ranked } = write(root);
      const runbook = await loadGood(files["/r/f0.yml"] ?? "", { files });
      const keys = { name: runbook.name, test_project: runbook.testProject, test_pass: runbook.testPass };
      for (const [key, value] of Object.entries(keys)) {
        const giver = ranked.find((file) => file.keys.includes(key));
        expect(value).toBe(giver === undefined ? (key === "name" ? "not_named" : "") : `${key} of ${giver.id}`);
      }
      for (const name of ["a", "b", "c"]) {
        const giver = ranked.find((file) => file.variables.includes(name));
        expect(runbook.caseVariables[name]).toBe(giver === undefined ? undefined : `${name} of ${giver.id}`);
      }
    }),
  );
});

test("it does not matter which file of a row of includes holds them together", async () => {
  const leaf = tree.map((file) => ({ ...file, includes: [] }));
  await fc.assert(
    fc.asyncProperty(leaf, leaf, leaf, leaf, async (root, one, two, three) => {
      const nested = { ...root, includes: [{ ...one, includes: [two] }, three] };
      const flat = { ...root, includes: [one, two, three] };
      const [first, second] = await Promise.all(
        [nested, flat].map(async (each) => {
          const { files } = write(each);
          const { name, testProject, testPass, caseVariables } = await loadGood(files["/r/f0.yml"] ?? "", { files });
          return { name, testProject, testPass, caseVariables };
        }),
      );
      expect(first).toEqual(second);
    }),
  );
});

/** A text in parts: words, and references by number of the variable. */
type Part = string | number;

const graphs = fc.array(
  fc.record({
    parts: fc.array(fc.oneof({ weight: 2, arbitrary: fc.constantFrom("x", "y z", "-", "$") }, fc.nat(9)), {
      maxLength: 3,
    }),
    override: fc.option(fc.constantFrom("outside", "$(v0)", ""), { freq: 6 }),
  }),
  { minLength: 1, maxLength: 8 },
);

const written = (parts: readonly Part[]): string =>
  JSON.stringify(parts.map((part) => (typeof part === "number" ? `$(v${part})` : part)).join(""));

test("variables in any graph are resolved or their circles and gaps told", async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.boolean(), async (graph, isReversed) => {
      const entries = graph.map(
        ({ parts }, index) => `  - { name: v${index}, value: ${written(parts)}, is_case_visible: true }`,
      );
      const { runbook, diagnostics } = await loadText(
        `${PLATFORM}\nvariable:\n${(isReversed ? entries.toReversed() : entries).join("\n")}`,
        { variables: graph.flatMap(({ override }, index) => (override === null ? [] : [`v${index}:${override}`])) },
      );
      const found = new Set<string>();
      const resolve = (index: number, path: readonly number[]): string | undefined => {
        const variable = graph[index];
        if (path.includes(index) || variable === undefined) {
          found.add(variable === undefined ? "V02" : "V03");
          return undefined;
        }
        if (variable.override !== null) return variable.override;
        const parts = variable.parts.map((part) => (typeof part === "number" ? resolve(part, [...path, index]) : part));
        return parts.includes(undefined) ? undefined : parts.join("");
      };
      const expected = graph.map((_, index) => resolve(index, []));
      const codes = new Set(diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code));
      expect(codes).toEqual(found);
      if (runbook !== undefined) {
        expect(graph.map((_, index) => runbook.caseVariables[`v${index}`])).toEqual(expected);
      }
    }),
    { numRuns: 500 },
  );
});

/** What a text from outside becomes in place of each default, in the words of the language. */
const CONVERSIONS: readonly (readonly [string, (text: string) => unknown])[] = [
  ["null", (text) => text],
  ["some text", (text) => text],
  [
    "true",
    (text) => (/^(y|yes|t|true|on|1)$/i.test(text) ? true : /^(n|no|f|false|off|0)$/i.test(text) ? false : text),
  ],
  ["5", (text) => (/^\d+$/.test(text) ? Number(text) : text)],
  ["1.5", (text) => (text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text)],
];

const given = fc.oneof(
  fc.constantFrom(
    "yes",
    "NO",
    "On",
    "f",
    "0",
    "1",
    "007",
    "12",
    "-3",
    "2.5",
    "1e3",
    "",
    " ",
    "maybe",
    "True1",
    "a,b",
    "0x1f",
  ),
  fc.stringMatching(/^[a-zA-Z0-9 .-]{0,12}$/),
);

test.each(CONVERSIONS)("a text from outside in place of %s keeps its type or stays text", async (old, convert) => {
  await fc.assert(
    fc.asyncProperty(given, async (text) => {
      const { caseVariables } = await loadGood(
        `${PLATFORM}\nvariable: [{ name: a, value: ${old}, is_case_visible: true }]`,
        { variables: [`a:${text}`] },
      );
      const expected = convert(text);
      // Python's float() reads no hexadecimal numbers.
      expect(caseVariables.a).toEqual(/^0x/.test(text) ? text : expected);
    }),
  );
});

test("a text in place of a list becomes its parts, and of a mapping only a mapping will do", async () => {
  await fc.assert(
    fc.asyncProperty(
      // Words that YAML 1.1 reads as something else than text are parts of another type.
      fc.array(
        fc
          .stringMatching(/^[a-z][a-z -]{0,5}[a-z]$/)
          .filter((part) => !/^(?:yes|no|on|off|true|false|null)$/.test(part)),
        { minLength: 1, maxLength: 4 },
      ),
      async (parts) => {
        const text = parts.join(" , ");
        const { runbook, diagnostics } = await loadText(
          `${PLATFORM}\nvariable:\n  - { name: l, value: [x], is_case_visible: true }\n  - { name: m, value: { k: 1 } }`,
          { variables: [`l:${text}`, `m:${text}`] },
        );
        expect(runbook).toBeUndefined();
        expect(diagnostics.map(({ code }) => code)).toEqual(["V09"]);
        const { caseVariables } = await loadGood(
          `${PLATFORM}\nvariable: [{ name: l, value: [x], is_case_visible: true }]`,
          { variables: [`l:${text}`] },
        );
        expect(caseVariables.l).toEqual(parts);
      },
    ),
  );
});

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "5",
    "010",
    "0x1f",
    "yes",
    "null",
    "~",
    "1:30",
    "9.10",
    "2001-01-01",
    "<<",
    "=",
    "[a]",
    "{a: b}",
    "*a",
    "&a",
    "!!int 5",
    "# a",
    "---",
  ),
);

test("a quoted text stays that text, alone and around a reference", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, fc.constantFrom("5", "true", "null", "2.0", "text"), async (text, value) => {
      fc.pre(!text.includes("$("));
      const inside = { "5": "5", true: "True", null: "None", "2.0": "2.0", text: "text" }[value];
      const { caseVariables } = await loadGood(
        [
          PLATFORM,
          "variable:",
          `  - { name: alone, value: ${JSON.stringify(text)}, is_case_visible: true }`,
          `  - { name: around, value: ${JSON.stringify(`${text}$(x)`)}, is_case_visible: true }`,
          `  - { name: through, value: $(alone), is_case_visible: true }`,
          `  - { name: x, value: ${value} }`,
        ].join("\n"),
      );
      expect(caseVariables.alone).toBe(text);
      expect(caseVariables.through).toBe(text);
      if (text !== "") expect(caseVariables.around).toBe(`${text}${inside}`);
    }),
    { numRuns: 300 },
  );
});
