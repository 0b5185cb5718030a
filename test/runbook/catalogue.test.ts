import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import { formatDiagnostic } from "../../packages/assay/src/runbook/diagnostics.ts";
import type { Diagnostic } from "../../packages/assay/src/runbook/types.ts";
import { variableNotes } from "../../packages/assay/src/runbook/variables/notes.ts";
import { VariableTrace } from "../../packages/assay/src/runbook/variables/trace.ts";
import { suite } from "../../packages/assay/src/suite/suite.ts";
import { ACCEPTED, type CatalogueRow, ROWS } from "./catalogue-rows.ts";
import { loadText } from "./load-text.ts";

const core = suite("Core", { area: "core", about: "A suite." }, ({ test: define }) => {
  for (const name of ["smoke_test", "verify_grub", `verify_${"a".repeat(40)}`]) {
    define(name, { about: "A case.", priority: 1 }, async () => {});
  }
  define("verify_old", { about: "A case.", priority: 1, maturity: "deprecated" }, async () => {});
});

/** Everything that is told of a runbook, as `assay check` does. */
async function problemsOf({ text, files = {}, variables = [] }: CatalogueRow) {
  const trace = new VariableTrace();
  const { runbook, diagnostics, sources } = await loadText(text, {
    files,
    variables,
    trace,
    listNames: async (folder) =>
      Object.keys(files)
        .filter((path) => dirname(path) === folder)
        .map((path) => basename(path)),
  });
  const planned = runbook && makePlan({ runbook, suites: [core], refuse: () => undefined });
  const found = [...diagnostics, ...(planned?.diagnostics ?? []), ...(runbook ? variableNotes(trace, new Set()) : [])];
  return { found, sources };
}

const placeOf = ({ position }: Diagnostic): string => {
  if (position === undefined) return "-";
  const { file, line, column } = position;
  return `${file === "/r/main.yml" ? "" : `${file}:`}${line}:${column}`;
};

test.each(ROWS.map((row) => [`${row.code}: ${row.name}`, row] as const))("%s", async (_, row) => {
  const { found, sources } = await problemsOf(row);
  const shown = found.map((each) => `${each.severity} ${each.code} ${placeOf(each)} ${each.message}`);
  const told = found.filter(({ code }) => code === row.code);
  expect(told, shown.join("\n")).toHaveLength(1);
  const [diagnostic] = told;
  expect(diagnostic && `${diagnostic.severity} ${placeOf(diagnostic)}`, shown.join("\n")).toBe(
    `${row.severity ?? "error"} ${row.at}`,
  );
  expect(diagnostic?.message).toMatch(row.message);
  expect(diagnostic?.help ?? "").toMatch(row.help ?? /^/);
  expect(diagnostic?.trail ?? []).toEqual(row.trail ?? []);
  const printed =
    diagnostic && formatDiagnostic(diagnostic, sources.get(diagnostic.position?.file ?? ""), { color: false });
  expect(printed?.includes("^")).toBe(row.at !== "-" && row.code !== "R02" && diagnostic?.isSecret !== true);
});

test.each(ACCEPTED)("%s: %s is good", async (_, __, text) => {
  const { diagnostics, runbook } = await loadText(text, { files: { "/r/a.yml": "name: a" } });
  expect(diagnostics).toEqual([]);
  expect(runbook).toBeDefined();
});

/** Mistakes that need modules to be loaded; they are tested with extensions. */
const ELSEWHERE = ["E01"];

test("every code of the language's catalogue of mistakes is here", () => {
  const codes = (letter: string, last: number): readonly string[] =>
    Array.from({ length: last }, (_, index) => `${letter}${String(index + 1).padStart(2, "0")}`);
  const all = [
    ...codes("F", 8),
    ...codes("V", 10),
    ...codes("S", 17),
    ...codes("T", 7),
    ...codes("C", 3),
    ...codes("X", 6),
    ...codes("E", 2),
    ...codes("R", 3),
  ];
  const known = new Set([...ROWS.map(({ code }) => code), ...ACCEPTED.map(([code]) => code), ...ELSEWHERE]);
  expect(all.filter((code) => !known.has(code))).toEqual([]);
});

test("the guide lists exactly the codes there are", async () => {
  const root = join(import.meta.dirname, "../..");
  const source = join(root, "packages/assay/src");
  const inCode = new Set<string>();
  for (const folder of ["runbook", "plan", "extension"]) {
    for (const name of await readdir(join(source, folder), { recursive: true })) {
      if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
      const text = await readFile(join(source, folder, name), "utf8");
      for (const [, code = ""] of text.matchAll(/"([FVSTCXERN]\d\d)"/g)) inCode.add(code);
    }
  }
  const guide = await readFile(join(root, "docs/runbook.md"), "utf8");
  const inGuide = new Set([...guide.matchAll(/\b[FVSTCXERN]\d\d\b/g)].map(([code]) => code));
  expect([...inGuide].sort()).toEqual([...inCode].sort());
});
