/** Prints what a runbook would run and what would be skipped, without touching any machine: plan-a-runbook.ts RUNBOOK. */
import { loadRunbook, plan } from "assay";

const [path = "runbook.yml"] = process.argv.slice(2);

const file = await loadRunbook(path, { environment: process.env });
const planned = await plan(file);
for (const diagnostic of planned.diagnostics) console.error(file.describe(diagnostic));
for (const { resultId, environment } of planned.results) console.log(`run   ${resultId} on ${environment}`);
for (const { resultId, reason } of planned.skipped) console.log(`skip  ${resultId}: ${reason}`);
process.exitCode = planned.isGood ? 0 : 2;
