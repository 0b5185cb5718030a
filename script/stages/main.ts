/**
 * Runs the stages of the gate: `node script/stages/main.ts [STAGE…]`.
 * Exit codes: 0, 1 a stage failed, 2 unknown stage, 130 or 143 interrupted.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { addCounts, closingLine, countsOf, NO_TESTS } from "./counts.ts";
import { runStage } from "./run-stage.ts";
import { countsFile, STAGES, type Stage, selectStages } from "./stages.ts";

const root = join(import.meta.dirname, "..", "..");
const startedAt = performance.now();
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

// Guests belong to the stage's program: it must hear of the end, or they would outlive it.
const interrupted = new AbortController();
let exitCodeOfSignal: number | undefined;
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    exitCodeOfSignal = 128 + constants.signals[name];
    interrupted.abort();
  });
}

async function run(stages: readonly Stage[]): Promise<boolean> {
  let counts = NO_TESTS;
  const failed: string[] = [];
  await mkdir(join(root, ".cache", "test"), { recursive: true });
  for (const stage of stages) {
    if (interrupted.signal.aborted || (stage.kind === "tests" && failed.length > 0)) break;
    const report = join(root, countsFile(stage.name));
    await rm(report, { force: true });
    if (stage.kind === "tests") console.log(`\n${stage.name}: started ${seconds(performance.now() - startedAt)} in`);
    const { passed, output, elapsedMs } = await runStage(root, stage, interrupted.signal);
    if (!passed) failed.push(stage.name);
    if (stage.kind === "tests") {
      counts = addCounts(counts, countsOf(await readFile(report, "utf8").catch(() => undefined), !passed));
    } else if (!passed) {
      counts = addCounts(counts, { passed: 0, failed: 1, skipped: 0 });
    }
    if (!passed && output !== "") console.log(output.trimEnd());
    console.log(`${stage.name}: ${passed ? "passed" : "FAILED"} in ${seconds(elapsedMs)}`);
  }
  const last = stages.at(-1);
  if (failed.length > 0 && last?.kind === "tests" && !failed.includes(last.name)) {
    console.log(`\nLater stages were not run. Mend what failed: ${failed.join(", ")}.`);
  }
  console.log(`\n${seconds(performance.now() - startedAt)} in all`);
  console.log(closingLine(counts));
  return failed.length === 0;
}

const stages = selectStages(process.argv.slice(2));
if ("unknown" in stages) {
  const names = STAGES.map(({ name }) => name).join(", ");
  console.error(
    `There is no stage '${stages.unknown}'. The stages are: ${names}; 'checks' stands for all that are no tests.`,
  );
  process.exitCode = 2;
} else {
  const passed = await run(stages);
  process.exitCode = exitCodeOfSignal ?? (passed ? 0 : 1);
}
