import { expect, test } from "vitest";
import { Declarations, type Declared } from "./declarations.ts";

const INDEX = "packages/assay/src/index.ts";
const ENGINE = "packages/assay/src/engine/index.ts";

/** Made by the functions of `key` alone; what is in it is no affair of those who write extensions. */
const OPAQUE: ReadonlySet<Declared> = new Set(["packages/assay/src/runbook/schema/field.ts#Field"]);

test("every type that the functions of the library lead to can be imported from 'assay'", async () => {
  using declarations = await Declarations.emit(INDEX);
  const functions = [...declarations.exportsOf(ENGINE).values()];
  expect(functions).toContain(`${ENGINE}#run`);
  const reached = new Map<Declared, Declared | undefined>(functions.map((each) => [each, undefined]));
  for (const declared of reached.keys()) {
    for (const named of declarations.namedBy(declared)) {
      if (!OPAQUE.has(named) && !reached.has(named)) reached.set(named, declared);
    }
  }
  const exported = new Set(declarations.exportsOf(INDEX).values());
  const missing = [...reached].filter(([each]) => declarations.isNamedType(each) && !exported.has(each));
  expect(missing.map(([declared, from]) => `${declared} (named by ${from})`)).toEqual([]);
  // It did look.
  expect(reached.size).toBeGreaterThan(100);
});
