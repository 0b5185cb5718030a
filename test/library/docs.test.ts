import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const SOURCE = join(ROOT, "packages/assay/src");

test("the programs of the documentation are programs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-docs-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  for (const page of ["docs/library.md", "README.md"]) {
    for (const [, program = ""] of readFileSync(join(ROOT, page), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
      writeFileSync(join(folder, `program-${++count}.ts`), program);
    }
  }
  expect(count).toBeGreaterThan(6);
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: {
      typeRoots: [join(ROOT, "node_modules/@types")],
      paths: { assay: [join(SOURCE, "index.ts")], "assay/suite": [join(SOURCE, "suite/index.ts")] },
    },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const check = promisify(execFile)(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder]);
  const told = await check.then(
    () => "",
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
  // What is wrong elsewhere is for the checker's own stage.
  expect(told.split("\n").filter((line) => /^(?:\S*\/)?program-\d+\.ts/.test(line))).toEqual([]);
});

test("every option of a run stands in its table", () => {
  const source = readFileSync(join(SOURCE, "engine/run-options.ts"), "utf8");
  const [, body = ""] = /export interface TestRunOptions \{([\s\S]*?)^\}/m.exec(source) ?? [];
  const options = [...body.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name);
  const [, table = ""] =
    /^Options of `run`:\n([\s\S]*?)\n\n(?!\|)/m.exec(readFileSync(join(ROOT, "docs/library.md"), "utf8")) ?? [];
  const told = [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap(
    ([, names = ""]) => names.match(/(?<=`)\w+(?=`)/g) ?? [],
  );
  expect(told.toSorted()).toEqual(options.toSorted());
});
