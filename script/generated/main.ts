/** Writes the generated files, or with `--check` says which are stale: `node script/generated/main.ts [--check]`. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { printRunbookSchema } from "../../packages/assay/src/runbook/schema/print-schema.ts";
import { casesPage } from "./cases-page.ts";
import { errorsPage } from "./errors-page.ts";
import { runbookPage } from "./runbook-page.ts";

/** Every generated file with what makes it. */
const GENERATED: readonly { readonly path: string; readonly make: () => Promise<string> }[] = [
  { path: "docs/reference/errors.md", make: errorsPage },
  { path: "docs/reference/cases.md", make: casesPage },
  { path: "docs/reference/runbook.md", make: runbookPage },
  { path: "schemas/runbook.schema.json", make: async () => printRunbookSchema() },
];

const root = join(import.meta.dirname, "..", "..");
const onlyCheck = process.argv.includes("--check");
for (const { path, make } of GENERATED) {
  const file = join(root, path);
  const wanted = await make();
  if ((await readFile(file, "utf8").catch(() => undefined)) === wanted) continue;
  if (onlyCheck) {
    console.log(`'${path}' is stale. Run script/generate and commit it.`);
    process.exitCode = 1;
  } else {
    await writeFile(file, wanted);
    console.log(`wrote '${path}'`);
  }
}
