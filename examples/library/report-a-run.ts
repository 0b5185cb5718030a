/** Makes reports of a run again, and compares it with an earlier one: report-a-run.ts RUN [EARLIER]. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compareRuns, readRun, renderDiff, renderReport } from "assay";

const [name, earlier] = process.argv.slice(2);

const run = await readRun(name);
await writeFile(join(run.folder, "results.csv"), await renderReport(run, "csv"));
process.stdout.write(await renderReport(run, "text"));
if (earlier !== undefined) {
  const diff = await compareRuns(await readRun(earlier), run);
  process.stdout.write(await renderDiff(diff, "text"));
  process.exitCode = diff.isRegression ? 1 : 0;
}
