import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { Diagnostic } from "../../packages/assay/src/runbook/types.ts";
import { short } from "../runbook/load-text.ts";

const suiteText = (name: string): string =>
  `import { suite } from "assay/suite";
export default suite("${name}", { area: "mine", about: "Mine." }, ({ test }) => {
  test("verify_${name.toLowerCase()}", { about: "Mine.", priority: 1 }, async () => {});
});
`;

type Files = Readonly<Record<string, string>>;

interface Loaded {
  readonly suites: readonly string[];
  readonly parts: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly isLoaded: boolean;
  readonly isSameAgain: boolean;
}

/** Loads runbooks that stand beside their files; paths in what comes back are relative to their folders. */
async function loadAll(
  runbooks: readonly { readonly extension: string; readonly files: Files }[],
): Promise<readonly Loaded[]> {
  const folders = runbooks.map(({ extension, files }) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-extension-"));
    const runbook = `platform: [{ type: local }]\nextension: ${extension}\nvariable: [{ name: where, value: sub }]\n`;
    for (const [name, content] of Object.entries({ "r.yml": runbook, ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  });
  const child = spawn(process.execPath, [join(import.meta.dirname, "load-each.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(folders.map((folder) => join(folder, "r.yml"))));
  const printed = await text(child.stdout);
  const results: readonly unknown[] = JSON.parse(printed);
  return results.map((result, index) =>
    JSON.parse(JSON.stringify(result).replaceAll(`${folders[index]}/`, "").replaceAll("file://", "")),
  );
}

const packageFile = JSON.stringify({ name: "pack", type: "module", exports: { import: "./index.js" } });

/** Name, value of `extension`, files, and the suites that must come of it. */
const GOOD: readonly (readonly [string, string, Files, readonly string[]])[] = [
  ["a single text", "mine.ts", { "mine.ts": suiteText("One") }, ["One"]],
  ["null", "", {}, []],
  [
    "one file among others",
    "[./mine/one.ts]",
    { "mine/one.ts": suiteText("One"), "mine/b.ts": suiteText("B") },
    ["One"],
  ],
  [
    "a folder with all below it, in the order of the paths, but for tests",
    "[mine]",
    {
      "mine/b.ts": suiteText("B"),
      "mine/a/deep.mjs": suiteText("Deep"),
      "mine/b.test.ts": "throw new Error();",
      "mine/tests/x.ts": "throw new Error();",
      "mine/node_modules/x/index.js": "throw new Error();",
      "mine/types.d.ts": "declare const x: number;",
      "mine/old.py": "x = 1",
    },
    ["Deep", "B"],
  ],
  [
    "a package",
    "[pack]",
    { "node_modules/pack/package.json": packageFile, "node_modules/pack/index.js": suiteText("Pack") },
    ["Pack"],
  ],
  ["LISA's own suites", "[../lisa/microsoft/testsuites, ../lisa/examples/testsuites/hello]", {}, []],
  ["a path with a variable", "[$(where)/one.ts]", { "sub/one.ts": suiteText("One") }, ["One"]],
  ["the same path twice", "[one.ts, ./one.ts]", { "one.ts": suiteText("One") }, ["One"]],
  [
    "a suite that two modules export",
    "[mine]",
    { "mine/one.ts": suiteText("One"), "mine/index.ts": 'import one from "./one.ts";\nexport const suites = [one];' },
    ["One"],
  ],
  [
    "extensions that name each other",
    "[{ path: a, name: first }, b]",
    {
      "a/rule.ts": "export const name: string = 'Second';",
      "a/one.ts": suiteText("One"),
      "b/two.ts": suiteText("Two")
        .replace('suite("Two"', "suite(name")
        .replace(/^/, 'import { name } from "first/rule.ts";\n'),
    },
    ["One", "Second"],
  ],
  [
    "lists of included files, relative to their file",
    "",
    {
      "r.yml": "include: [sub/more.yml]\nextension: [one.ts]\nplatform: [{ type: local }]",
      "one.ts": suiteText("One"),
      "sub/more.yml": "extension: [two.ts, ../one.ts]",
      "sub/two.ts": suiteText("Two"),
    },
    ["Two", "One"],
  ],
];

/** Name, value of `extension`, files, the problem, and its help. */
const BAD: readonly (readonly [string, string, Files, string, RegExp])[] = [
  [
    "a path that is not there",
    "[mien]",
    { "mine/one.ts": suiteText("One") },
    "2:13 E01 The extension 'mien' does not exist.",
    /^Searched for 'mien'\. No package .* Did you mean 'mine'\?$/,
  ],
  [
    "Python in a folder",
    "[mine]",
    { "mine/a.py": "x = 1" },
    "2:13 E01 The extension 'mine' is Python, and assay runs suites written in TypeScript or JavaScript.",
    /assay init suite NAME/,
  ],
  [
    "a Python file",
    "[a.py]",
    { "a.py": "x = 1" },
    "2:13 E01 The extension 'a.py' is Python, and assay runs suites written in TypeScript or JavaScript.",
    /assay init suite NAME/,
  ],
  [
    "a file of another kind",
    "[a.txt]",
    { "a.txt": "x" },
    "2:13 E01 The extension 'a.txt' is no .ts or .js file.",
    /folder/,
  ],
  [
    "an empty folder",
    "[mine]",
    { "mine/a.txt": "" },
    "2:13 E01 The extension 'mine' holds no .ts or .js file.",
    /Searched in/,
  ],
  [
    "nothing in it",
    "[a.ts]",
    { "a.ts": "export const x = 1;" },
    "warning 2:13 E05 The extension 'a.ts' exports no suite and no other part.",
    /suite\(/,
  ],
  [
    "it throws",
    "[a.ts]",
    { "a.ts": 'const x: number = 1;\n  throw new Error("no licence " + x);' },
    "2:13 E03 The extension module 'a.ts' cannot be loaded: Error: no licence 1 (a.ts:2:9).",
    /Correct/,
  ],
  [
    "no JavaScript",
    "[a.mjs]",
    { "a.mjs": "const a = 1;\nconst b = ;" },
    "2:13 E03 The extension module 'a.mjs' cannot be loaded: SyntaxError: Unexpected token ';'.",
    /Correct/,
  ],
  [
    "an import that is not there",
    "[a.ts]",
    { "a.ts": 'import "./b.ts";' },
    "2:13 E03 The extension module 'a.ts' cannot be loaded: Error: Cannot find module 'b.ts' imported from a.ts.",
    /Correct/,
  ],
  [
    "a suite twice",
    "[a.ts, b.ts]",
    { "a.ts": suiteText("One"), "b.ts": suiteText("ONE") },
    "2:19 E04 The suite 'ONE' of 'b.ts' is there already: in 'a.ts'.",
    /another name/,
  ],
  [
    "a suite that is built in",
    "[a.ts]",
    { "a.ts": suiteText("BuiltIn") },
    "2:13 E04 The suite 'BuiltIn' of 'a.ts' is there already: built in.",
    /another name/,
  ],
  ["no path", "[{ name: x }]", {}, "2:13 T02 'extension[0]' has no 'path'.", /path/],
  [
    "an unknown key",
    "[{ path: a.ts, nam: x }]",
    { "a.ts": suiteText("One") },
    "2:27 S01 The key 'nam' is not known in 'extension[0]'.",
    /'name'/,
  ],
  [
    "a number",
    "[7]",
    {},
    "2:13 S02 'extension[0]' must be a path or a mapping with 'path' and 'name', found the number 7.",
    /^$/,
  ],
];

const loaded = await loadAll([...GOOD, ...BAD].map(([, extension, files]) => ({ extension, files })));

test.each(GOOD.map(([name, , , expected], index) => [name, expected, loaded[index]] as const))(
  "%s",
  (_, expected, result) => {
    expect(result?.diagnostics.map(short)).toEqual([]);
    expect(result?.suites).toEqual(expected);
  },
);

test.each(BAD.map(([name, , , expected, help], index) => [name, expected, help, loaded[GOOD.length + index]] as const))(
  "%s",
  (_, expected, help, result) => {
    expect(result?.diagnostics.map(short)).toEqual([expected]);
    expect(result?.diagnostics[0]?.help ?? "").toMatch(help);
    expect(result?.isLoaded).toBe(expected.startsWith("warning"));
  },
);

test("loading again tells the same and runs no module a second time", () => {
  expect(loaded.every(({ isSameAgain }) => isSameAgain)).toBe(true);
});
