import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { suites } from "../../packages/suites/src/index.ts";

const cases = suites.flatMap((suite) => suite.cases);

test("the catalogue has at least twenty cases, each of one suite only", () => {
  expect(cases.length).toBeGreaterThanOrEqual(20);
  const names = cases.map((one) => `${one.suite.name}.${one.name}`);
  expect(new Set(names).size).toBe(names.length);
});

test.each(suites.map((suite) => [suite.name, suite] as const))("suite '%s' has its proofs", (name, suite) => {
  const file = name.replaceAll(/([a-z])([A-Z])/g, "$1-$2").toLowerCase();
  // Proofs that take long run apart from the others (vitest.config.ts).
  const places = [`${file}.vm.test.ts`, `${file}.long.vm.test.ts`].map((place) => `${suite.area}/${place}`);
  expect(places.filter((place) => existsSync(new URL(place, import.meta.url)))).not.toEqual([]);
});

test("every case says in one sentence what it proves", () => {
  for (const { name, about } of cases) {
    expect(about, name).toMatch(/^[A-Z].*\.$/);
  }
});
