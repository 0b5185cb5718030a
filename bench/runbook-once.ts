/**
 * Loads and plans one runbook in a process of its own, as `assay plan` does: `node bench/runbook-once.ts FILE CASES`,
 * where CASES is `own` for assay's catalogue or a number for a generated one. Prints one JSON document.
 */
import { expandRunbook } from "../packages/assay/src/plan/expand.ts";
import { unfitReason } from "../packages/assay/src/plan/predefined.ts";
import { openRunbook } from "../packages/assay/src/runbook/load.ts";
import { suites as own } from "../packages/suites/src/index.ts";
import { largeCatalogue } from "./runbook/large-catalogue.ts";

const [file = "", cases = "own"] = process.argv.slice(2);
const suites = cases === "own" ? own : largeCatalogue(Number(cases));

const startedAt = performance.now();
const before = process.cpuUsage();
const loader = await openRunbook(file);
const expanded = await expandRunbook({
  load: (assigned) => loader.load(assigned),
  suites: () => suites,
  refusals: { sectionKeys: [], of: unfitReason },
  mostCombinations: 1000,
});
const elapsedMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(before);

console.log(
  JSON.stringify({
    elapsedMs,
    processorMs: (user + system) / 1000,
    // Linux counts in KiB.
    peakMb: process.resourceUsage().maxRSS / 1024,
    combinations: expanded.combinations.length,
    plans: expanded.plans.length,
    results: expanded.combinations.reduce((sum, { plan }) => sum + plan.entries.length + plan.excluded.length, 0),
    problems: expanded.problems.map(({ diagnostic }) => diagnostic.message),
  }),
);
