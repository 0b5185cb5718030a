/**
 * Runs benchmarks: `node bench/run.ts [NAME…] [--json] [--save]`. A benchmark is a file here with a default export.
 * Exit codes: 0 every figure keeps its target, 1 one misses it or a benchmark breaks, 2 wrong argument.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Benchmark } from "./figure.ts";
import { machineLine } from "./machine.ts";
import { readOptions } from "./options.ts";
import { withResults } from "./results-file.ts";
import { type BenchResult, textTable } from "./show.ts";

/** In the order of their cost. */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly default: Benchmark }>>> = {
  setup: () => import("./setup.ts"),
  runbook: () => import("./runbook.ts"),
  channel: () => import("./channel.ts"),
  engine: () => import("./engine.ts"),
  qemu: () => import("./qemu.ts"),
  replay: () => import("./replay.ts"),
  job: () => import("./job.ts"),
  fresh: () => import("./fresh.ts"),
};

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function measure(bench: string, isJson: boolean): Promise<BenchResult | undefined> {
  const startedAt = performance.now();
  say(`${bench}: measuring`);
  try {
    const module = await BENCHMARKS[bench]?.();
    const result = { bench, figures: (await module?.default()) ?? [] };
    say(`${bench}: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    console.log(isJson ? JSON.stringify(result) : textTable(result));
    return result;
  } catch (error) {
    say(`${bench}: broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const available = Object.keys(BENCHMARKS);
  const options = readOptions(process.argv.slice(2), available);
  if (typeof options === "string") {
    say(options);
    return 2;
  }
  const results: BenchResult[] = [];
  const names = options.names.length === 0 ? available : options.names;
  // One after the other: two at once would measure each other.
  for (const name of names) {
    const result = await measure(name, options.isJson);
    if (result !== undefined) results.push(result);
  }
  if (options.isSaved) {
    const path = join(import.meta.dirname, "results.md");
    const measuredOn = `${new Date().toISOString().slice(0, 10)}, ${await machineLine()}.`;
    await writeFile(path, withResults(await readFile(path, "utf8"), results, { names: available, measuredOn }));
  }
  const allOk = results.every(({ figures }) => figures.length > 0 && figures.every(({ ok }) => ok));
  return results.length === names.length && allOk ? 0 : 1;
}

process.exitCode = await main();
