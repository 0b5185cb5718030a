import fc from "fast-check";
import { expect, test } from "vitest";
import { openRunbook } from "../../packages/assay/src/runbook/load.ts";
import type { AssignedVariable } from "../../packages/assay/src/runbook/types.ts";
import { loadText, short } from "./load-text.ts";

const given = (values: Readonly<Record<string, AssignedVariable["value"]>>): readonly AssignedVariable[] =>
  Object.entries(values).map(([name, value]) => ({ name, value, origin: "test" }));

/** A loader over files in memory that counts how often each is read. */
async function loaderOf(files: Readonly<Record<string, string>>) {
  const reads = new Map<string, number>();
  const loader = await openRunbook("/r/main.yml", {
    async readText(path) {
      reads.set(path, (reads.get(path) ?? 0) + 1);
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return text;
    },
  });
  return { loader, reads };
}

const LOCAL = "platform: [{ type: local }]\n";

test("paths of includes follow the values, and each file is read once", async () => {
  const { loader, reads } = await loaderOf({
    "/r/main.yml": `${LOCAL}include: [t$(tier).yml]\nvariable: [{ name: tier, value: 0 }]`,
    "/r/t0.yml": "name: zero\nvariable: [{ name: extra, value: old }]",
    "/r/t1.yml": "name: one\ntest_pass: $(extra)\nvariable: [{ name: extra, value: $(tier) of t1 }]",
  });
  const names = [];
  for (const tier of [0, 1, 0, 1, 0]) {
    const { runbook } = await loader.load(given({ tier }));
    names.push(`${runbook?.name} ${runbook?.testPass}`);
  }
  expect(names).toEqual(["zero ", "one 1 of t1", "zero ", "one 1 of t1", "zero "]);
  expect([...reads]).toEqual([
    ["/r/main.yml", 1],
    ["/r/t0.yml", 1],
    ["/r/t1.yml", 1],
  ]);
});

test("what does not depend on a value is the same object in every load", async () => {
  const { loader } = await loaderOf({
    "/r/main.yml": `${LOCAL}name: $(n)\ntestcase: [{ criteria: { area: $(a) } }]\nvariable: [{ name: a, value: core }]`,
  });
  const first = await loader.load(given({ other: 1, n: "x" }));
  const second = await loader.load(given({ other: 2, n: "x" }));
  expect(second.runbook?.filters).toBe(first.runbook?.filters);
  expect((await loader.load(given({ other: 2, n: "y" }))).runbook?.name).toBe("y");
});

test("problems belong to the values that cause them", async () => {
  const { loader } = await loaderOf({
    "/r/main.yml": `${LOCAL}concurrency: $(n)\nunknown: 1\nvariable: [{ name: n, value: 1 }, { name: d, value: $(e$(n)) }]`,
  });
  const problems = async (n: AssignedVariable["value"]): Promise<readonly string[]> =>
    (await loader.load(given({ n }))).diagnostics.map(short);
  const always = ["3:1 S01 The key 'unknown' is not known in a runbook.", expect.stringContaining("V02")];
  expect(await problems(2)).toEqual(always);
  expect(await problems("many")).toEqual([expect.stringContaining("2:14 S02"), ...always]);
  expect(await problems(3)).toEqual(always);
});

test("a missing file of one combination leaves the others alone", async () => {
  const { loader } = await loaderOf({
    "/r/main.yml": `${LOCAL}include: [$(f).yml]\nvariable: [{ name: f, value: a }]`,
    "/r/a.yml": "name: a",
  });
  expect((await loader.load(given({ f: "b" }))).diagnostics.map(({ code }) => code)).toEqual(["F05"]);
  expect((await loader.load(given({ f: "a" }))).runbook?.name).toBe("a");
});

test("items of a batch may name different variables: one that an item leaves out keeps its own value", async () => {
  const { loader } = await loaderOf({
    "/r/main.yml": `${LOCAL}name: $(a)-$(b)\nvariable: [{ name: a, value: x }, { name: b, value: y }]
combinator: { type: batch, items: [{ a: 1 }, { b: 2 }, { a: 3, b: 4 }] }`,
  });
  const names = [];
  for (const values of [{ a: 1 }, { b: 2 }, { a: 3, b: 4 }, { a: 1 }]) {
    names.push((await loader.load(given(values))).runbook?.name);
  }
  expect(names).toEqual(["1-y", "x-2", "3-4", "1-y"]);
});

test("the order in which values are given changes no message", async () => {
  const main = `${LOCAL}test_pass: ["$(a)", { k: "$(b)" }]
variable: [{ name: b, value: $(e) }, { name: c, value: [$(a), { k: $(b) }] }, { name: b, value: $(b)-$(c) }]`;
  const told = async (values: Parameters<typeof given>[0]): Promise<readonly string[]> =>
    (await loadText(main, { assigned: given(values) })).diagnostics.map(short);
  expect(await told({ e: "x", a: "x" })).toEqual(await told({ a: "x", e: "x" }));
});

test("loading again gives what loading anew gives", async () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const value = fc.oneof(
    fc.constantFrom("x", "$(a)", "$(b)-$(c)", "$(c)", "$(D)", "$(e)", "$(f)"),
    fc.integer({ min: 0, max: 2 }),
    fc.constant(["$(a)", { k: "$(b)" }]),
  );
  const text = fc.record({
    name: value,
    test_pass: value,
    tags: fc.array(value, { maxLength: 2 }),
    concurrency: value,
    testcase: fc.array(fc.record({ criteria: fc.record({ area: value }) }), { maxLength: 2 }),
    variable: fc.array(fc.record({ name, value, is_case_visible: fc.boolean() }), { maxLength: 5 }),
    combinator: fc.constantFrom(
      { type: "batch", items: [{ a: 1, b: "x" }] },
      { type: "batch", items: [{ a: 1 }, { B: "$(c)" }, { e: "x" }] },
      { type: "grid", items: [{ name: "A", value: [1, 2] }] },
    ),
  });
  const assignment = fc.dictionary(fc.constantFrom("a", "B", "e"), fc.constantFrom("x", "core", 1, 2, true), {
    maxKeys: 3,
  });
  const assignments = fc.array(assignment, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), assignments, async (data, isCombined, list) => {
      const { combinator, ...rest } = data;
      const combined = isCombined ? { combinator } : {};
      const main = JSON.stringify({ ...rest, ...combined, platform: [{ type: "local" }] });
      const { loader } = await loaderOf({ "/r/main.yml": main });
      for (const values of list) {
        const again = await loader.load(given(values));
        const anew = await loadText(main, { assigned: given(values) });
        expect(again.diagnostics).toEqual(anew.diagnostics);
        expect(again.runbook).toEqual(anew.runbook);
        expect(again.secrets).toEqual(anew.secrets);
      }
    }),
    { numRuns: 300 },
  );
});
