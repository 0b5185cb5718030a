import { expect, test } from "vitest";
import { holdsLock } from "./holds-lock.ts";

const lock = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages: { "": {}, ...packages } });
const yaml = { "node_modules/yaml": { version: "2.9.1", integrity: "sha512-a" } };

test("the same packages are enough, whatever else is there", () => {
  expect(holdsLock(lock(yaml), lock({ ...yaml, "node_modules/extra": { version: "1.0.0" } }))).toBe(true);
});

test("a missing package, another version and other content are noticed", () => {
  expect(holdsLock(lock(yaml), lock({}))).toBe(false);
  expect(holdsLock(lock(yaml), lock({ "node_modules/yaml": { version: "2.9.0", integrity: "sha512-a" } }))).toBe(false);
  expect(holdsLock(lock(yaml), lock({ "node_modules/yaml": { version: "2.9.1", integrity: "sha512-b" } }))).toBe(false);
});

test("an optional package for another system may be missing but not differ", () => {
  const wanted = lock({ ...yaml, "node_modules/esbuild-win": { version: "1.0.0", optional: true } });
  expect(holdsLock(wanted, lock(yaml))).toBe(true);
  expect(holdsLock(wanted, lock({ ...yaml, "node_modules/esbuild-win": { version: "0.9.0" } }))).toBe(false);
});

test("a link to a workspace must lead to the same folder", () => {
  const linkTo = (resolved: string): string => lock({ "node_modules/assay": { resolved, link: true } });
  expect(holdsLock(linkTo("packages/assay"), linkTo("packages/assay"))).toBe(true);
  expect(holdsLock(linkTo("packages/assay"), linkTo("packages/other"))).toBe(false);
});

test("broken or empty files hold nothing", () => {
  expect(holdsLock("", lock(yaml))).toBe(false);
  expect(holdsLock(lock(yaml), "{")).toBe(false);
  expect(holdsLock(lock({}), lock(yaml))).toBe(false);
});
