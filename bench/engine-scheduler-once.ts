/**
 * Runs cases that are timers on machines that are timers, in a process of its own:
 * `node --expose-gc bench/engine-scheduler-once.ts CASES ENVIRONMENTS CONCURRENCY CASE_MS`. Prints one JSON document.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_ORDER } from "../packages/assay/src/plan/order.ts";
import { makePlan } from "../packages/assay/src/plan/plan.ts";
import { run } from "../packages/assay/src/run/run.ts";
import { RunFolder } from "../packages/assay/src/run/run-folder.ts";
import { loadRunbook } from "../packages/assay/src/runbook/load.ts";
import { suite } from "../packages/assay/src/suite/suite.ts";
import { TimerMachines } from "./engine/timer-machines.ts";

const [cases = 0, environments = 0, concurrency = 0, caseMs = 0] = process.argv.slice(2).map(Number);
const casesPerEnvironment = Math.max(1, Math.floor(cases / environments));

const used = new Map<string, number>();
let running = 0;
const allRunning = Promise.withResolvers<void>();
const made = suite("Timers", { area: "timers", about: "Cases that wait." }, ({ test }) => {
  for (let index = 0; index < cases; index++) {
    test(`case_${index}`, { about: "Waits.", priority: 1 }, async ({ environment, markDirty }) => {
      running += 1;
      if (running === concurrency) allRunning.resolve();
      await sleep(caseMs);
      running -= 1;
      const count = (used.get(environment.name) ?? 0) + 1;
      used.set(environment.name, count);
      if (count >= casesPerEnvironment) markDirty();
    });
  }
});

const text = `name: timers\nconcurrency: ${concurrency}\nplatform: [{ type: local }]\ntestcase: [{ criteria: { area: timers } }]\n`;
const { runbook } = await loadRunbook("/timers.yml", { readText: async () => text });
if (runbook === undefined) throw new Error("The runbook of the benchmark is wrong.");
const plan = makePlan({ runbook, suites: [made], refuse: () => undefined, order: DEFAULT_ORDER });
const folder = mkdtempSync(join(tmpdir(), "assay-bench-scheduler-"));
const platform = new TimerMachines(concurrency, caseMs);
const collect = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
};

const heapBeforeMb = collect();
const beforeMs = performance.now();
const before = process.cpuUsage();
const going = run({
  runbook,
  plan,
  platform,
  folder: RunFolder.create(folder, "timers", new Date()),
  notifiers: [],
  version: "0",
  host: {},
  aftercare: { diagnosticsMs: 0, pollution: "off" },
  signal: new AbortController().signal,
});
await allRunning.promise;
// While all workers wait, for the most of one case.
const idleMs = caseMs / 2;
const idleBefore = process.cpuUsage();
await sleep(idleMs);
const idle = process.cpuUsage(idleBefore);
const report = await going;
const { user, system } = process.cpuUsage(before);
const elapsedMs = performance.now() - beforeMs;
rmSync(folder, { recursive: true });
const milliseconds = (usage: NodeJS.CpuUsage): number => (usage.user + usage.system) / 1000;

console.log(
  JSON.stringify({
    passed: report.counts.passed,
    environments: platform.deployments,
    elapsedMs,
    processorMs: milliseconds({ user, system }),
    idlePercent: (milliseconds(idle) * 100) / idleMs,
    heapGrowthMb: collect() - heapBeforeMb,
    // Linux counts in KiB.
    peakMb: process.resourceUsage().maxRSS / 1024,
  }),
);
