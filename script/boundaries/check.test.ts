import { expect, test } from "vitest";
import { problemsOf } from "./check.ts";

const src = "packages/assay/src";

test("code in the allowed direction has no problem", () => {
  const source = 'import { RunbookError } from "../errors/catalogue.ts";\nimport { plan } from "../plan/plan.ts";\n';
  expect(problemsOf(`${src}/run/go.ts`, source)).toEqual([]);
});

test("an import against the direction is named with its line", () => {
  const source = '// why\nimport { run } from "../run/run.ts";\n';
  expect(problemsOf(`${src}/plan/plan.ts`, source)).toEqual([
    `${src}/plan/plan.ts:2: '${src}/plan' (runbook to plan) may not import '${src}/run/run.ts'.`,
  ]);
});

test("types may be named where code may not be run", () => {
  const path = `${src}/features/disk.ts`;
  expect(problemsOf(path, 'import type { Node } from "../node/node.ts";\n')).toEqual([]);
  expect(problemsOf(path, 'import { type Node, type Shell } from "../node/node.ts";\n')).toEqual([]);
  expect(problemsOf(path, 'import { type Node, makeNode } from "../node/node.ts";\n')).toHaveLength(1);
});

test("a lazy import is held to the same direction", () => {
  expect(problemsOf(`${src}/plan/plan.ts`, 'const { run } = await import("../run/run.ts");\n')).toHaveLength(1);
});

test("pure folders may compute but not do I/O, not even lazily", () => {
  const path = `${src}/runbook/value.ts`;
  expect(problemsOf(path, 'import { join } from "node:path";\n')).toEqual([]);
  expect(problemsOf(path, 'import { readFile } from "node:fs/promises";\n')).toHaveLength(1);
  expect(problemsOf(path, 'const fs = await import("node:fs");\n')).toHaveLength(1);
  expect(problemsOf(`${src}/events/folds/run-fold.ts`, 'import { open } from "node:fs";\n')).toHaveLength(1);
});

test("platforms do not know each other but share what stands beside them", () => {
  const path = `${src}/platforms/qemu/deploy.ts`;
  expect(problemsOf(path, 'import type { Platform } from "../platform.ts";\n')).toEqual([]);
  expect(problemsOf(path, 'import { connect } from "../ready/connect.ts";\n')).toEqual([
    `${path}:1: 'qemu' and 'ready' in '${src}/platforms' must not know each other.`,
  ]);
});

test("nothing imports the command line, and testing is for tests", () => {
  expect(problemsOf(`${src}/run/go.ts`, 'import { exit } from "../cli/exit.ts";\n')).toHaveLength(1);
  const guest = 'import { fakeGuest } from "../testing/guest.ts";\n';
  expect(problemsOf(`${src}/run/go.ts`, guest)).toHaveLength(1);
  expect(problemsOf(`${src}/run/go.test.ts`, guest)).toEqual([]);
});

test("suites use the package's public API alone", () => {
  const path = "packages/suites/src/core/smoke.ts";
  expect(problemsOf(path, 'import { suite } from "assay/suite";\n')).toEqual([]);
  expect(problemsOf(path, 'import { suite } from "../../../assay/src/suite/index.ts";\n')).toHaveLength(1);
});

test("heavy packages are loaded when they are needed", () => {
  const path = `${src}/runbook/value.ts`;
  expect(problemsOf(path, 'import type { Document } from "yaml";\n')).toEqual([]);
  expect(problemsOf(path, 'const yaml = await import("yaml");\n')).toEqual([]);
  expect(problemsOf(path, 'import { parse } from "yaml";\n')).toHaveLength(1);
  expect(problemsOf(path, 'export * from "zod/v4";\n')).toHaveLength(1);
});

test("statements over several lines, side-effect imports and comments are read right", () => {
  const path = `${src}/plan/plan.ts`;
  expect(problemsOf(path, 'import {\n  one,\n  two,\n} from "../run/run.ts";\n')).toHaveLength(1);
  expect(problemsOf(path, 'import "../run/run.ts";\n')).toHaveLength(1);
  expect(problemsOf(path, '// import("../run/run.ts")\n * import("../run/run.ts")\n')).toEqual([]);
});
