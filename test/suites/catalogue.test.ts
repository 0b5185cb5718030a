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
  // Proofs of cases that reboot are a stage of their own.
  const proofs = ["vm", "reboots"].map((stage) => new URL(`${suite.area}/${file}.${stage}.test.ts`, import.meta.url));
  expect(proofs.some((proof) => existsSync(proof))).toBe(true);
});

test("every case says in one sentence what it proves", () => {
  for (const { name, about } of cases) {
    expect(about, name).toMatch(/^[A-Z].*\.$/);
  }
});
