import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { ExtensionRoots, rootFor } from "./extension-roots.ts";

const from = (path: string): string => pathToFileURL(path).href;

test("a name means the extension of the runbook that the asking module was loaded for", () => {
  const first = new ExtensionRoots();
  first.add("cases", "/one/cases");
  first.add("lib", "/one/lib");
  const second = new ExtensionRoots();
  second.add("cases", "/two/cases");
  second.add("lib", "/two/lib");
  expect(rootFor("lib", from("/one/cases/a.ts"))).toBe("/one/lib");
  expect(rootFor("lib", from("/two/cases/deep/a.ts"))).toBe("/two/lib");
  expect(rootFor("cases", from("/two/lib/a.ts"))).toBe("/two/cases");
  expect(rootFor("other", from("/two/lib/a.ts"))).toBeUndefined();
});

test("a module outside of all extensions is understood only where a name means one folder", () => {
  const roots = new ExtensionRoots();
  roots.add("alone", "/three/alone");
  expect(rootFor("alone", from("/three/shared.ts"))).toBe("/three/alone");
  expect(rootFor("lib", from("/three/shared.ts"))).toBeUndefined();
  expect(rootFor("lib", undefined)).toBeUndefined();
});
