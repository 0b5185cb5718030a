import { text } from "node:stream/consumers";
import { suite } from "assay/suite";
import { Extensions } from "../../packages/assay/src/extension/load-extension.ts";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";

/**
 * Loads the runbooks whose paths stand on standard input, each twice, and prints what came of it. A program of its own,
 * because a test runner puts itself between a module and what it imports.
 */
const builtIn = suite("BuiltIn", { area: "core", about: "There already." }, () => {});
const paths: readonly string[] = JSON.parse(await text(process.stdin));
const results = [];
for (const path of paths) {
  const extensions = new Extensions([builtIn]);
  const options = { loadExtensions: extensions.load };
  const { diagnostics, runbook } = await loadRunbook(path, options);
  const again = await loadRunbook(path, options);
  results.push({
    suites: extensions.suites.slice(1).map(({ name }) => name),
    parts: extensions.parts.map(({ part, type }) => `${part} ${type}`),
    diagnostics,
    isLoaded: runbook !== undefined,
    isSameAgain: JSON.stringify(again.diagnostics) === JSON.stringify(diagnostics),
  });
}
process.stdout.write(JSON.stringify(results));
