/** Checks who imports whom in the whole tree: `node script/check-boundaries.ts`. Exit code 1 when a rule is broken. */
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { problemsOf } from "./boundaries/check.ts";

const root = join(import.meta.dirname, "..");
const problems: string[] = [];
let count = 0;
for await (const path of glob("{packages/*/src,test,bench}/**/*.ts", { cwd: root })) {
  problems.push(...problemsOf(path, await readFile(join(root, path), "utf8")));
  count += 1;
}
for (const problem of problems.sort()) console.log(problem);
console.log(`${count} files, ${problems.length} broken import rules`);
process.exitCode = problems.length === 0 && count > 0 ? 0 : 1;
