/** Runs two cases on this machine and prints what failed. The folder of the runs may be named as an argument. */
import { join } from "node:path";
import { loadRunbook, run } from "assay";

const [logPath = "runs"] = process.argv.slice(2);

const file = await loadRunbook(join(import.meta.dirname, "this-machine.yml"));
const running = run(file, {
  cases: ["verify_cpu_count", "verify_floppy_module_is_blacklisted"],
  signal: AbortSignal.timeout(120_000),
  logPath,
});
for await (const event of running) {
  if (event.type === "case-finished" && event.status === "FAILED") console.log(`${event.case}: ${event.message}`);
}
const { verdict, reason, counts, folder } = await running.report;
console.log(`${verdict}: ${reason} ${counts.skipped} skipped. Everything about it is in ${folder}.`);
process.exitCode = verdict === "passed" ? 0 : 1;
