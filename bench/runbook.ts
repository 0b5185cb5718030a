import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { atLeast, atMost, type Figure, figure, median } from "./figure.ts";
import { type HostileCost, measureHostile, measureOrdinary } from "./runbook/hostile.ts";
import { writeLargeRunbook } from "./runbook/large-runbook.ts";
import { measureMatching, SHAPES } from "./runbook/matching.ts";
import { linePlot } from "./runbook/plot.ts";

const ROUNDS = 5;
const TIMEOUT_MS = 120_000;
/** What any load may take, in seconds: small inputs cost next to nothing, but do not cost less the smaller they are. */
const FREE_S = 0.05;
const CASES = [1000, 3000, 10_000, 30_000];
/** As many cases as upstream's catalogue has. */
const UPSTREAM_CASES = "493";

/** What `bench/runbook-once.ts` prints. */
interface Once {
  readonly elapsedMs: number;
  readonly processorMs: number;
  readonly peakMb: number;
  readonly combinations: number;
  readonly results: number;
  readonly problems: readonly string[];
}

async function once(file: string, cases: string): Promise<Once> {
  const script = join(import.meta.dirname, "runbook-once.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, file, cases], { timeout: TIMEOUT_MS });
  return JSON.parse(stdout) as Once;
}

async function wholeCommand(file: string): Promise<number> {
  const main = join(import.meta.dirname, "..", "packages", "assay", "src", "cli", "main.ts");
  const startedAt = performance.now();
  await promisify(execFile)(process.execPath, [main, "plan", "-r", file], { timeout: TIMEOUT_MS });
  return performance.now() - startedAt;
}

async function planning(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const file = await writeLargeRunbook(folder);
  const own: Once[] = [];
  const large: Once[] = [];
  const commands: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await once(file, "own"));
    large.push(await once(file, UPSTREAM_CASES));
    commands.push(await wholeCommand(file));
  }
  const of = (
    list: readonly Once[],
    key: "elapsedMs" | "processorMs" | "peakMb" | "combinations" | "results",
  ): number => median(list.map((each) => each[key]));
  const problems = [...own, ...large].flatMap((each) => each.problems);
  if (problems.length > 0) throw new Error(`The generated runbook is wrong: ${problems[0]}`);
  return [
    figure("load and plan: 20 includes, 200 variables, 10 × 10 × 10 grid", of(own, "elapsedMs"), "ms", atMost(500)),
    figure("of which processor time, on all processors", of(own, "processorMs"), "ms"),
    figure("peak memory of the process", of(own, "peakMb"), "MB", atMost(200)),
    figure("combinations planned", of(own, "combinations"), "", atLeast(1000)),
    figure("results planned", of(own, "results"), ""),
    figure("the same with 493 cases", of(large, "elapsedMs"), "ms"),
    figure("peak memory with 493 cases", of(large, "peakMb"), "MB", atMost(200)),
    figure("results planned with 493 cases", of(large, "results"), ""),
    figure("'assay plan' from start to end", median(commands), "ms"),
  ];
}

async function matching(): Promise<readonly Figure[]> {
  // Once without measuring, because the first pass compiles.
  measureMatching(1000, SHAPES.usual);
  const shapes = Object.entries(SHAPES);
  const lines = shapes.map(([name, needs]) => ({
    name,
    points: CASES.map((cases) => ({
      x: cases,
      y: median([1, 2, 3].map(() => measureMatching(cases, needs).elapsedMs)),
    })),
  }));
  const title = "Matching cases against 1,000 different machines";
  const plot = linePlot(title, { x: "cases", y: "milliseconds" }, lines);
  await writeFile(join(import.meta.dirname, "matching.svg"), plot);
  return lines.flatMap(({ name, points }) =>
    points.map(({ x, y }) =>
      figure(`matching ${x} cases to 1000 machines, ${name}`, y, "ms", ...(x === 10_000 ? [atMost(2000)] : [])),
    ),
  );
}

async function hostile(): Promise<readonly Figure[]> {
  const costs = await measureHostile();
  const ordinary = await measureOrdinary();
  const slowest = (list: readonly HostileCost[], by: (cost: HostileCost) => number): number =>
    Math.max(...list.map(by));
  return [
    figure("hostile inputs read or refused", costs.length, ""),
    figure(
      "slowest hostile input of up to 1 MB, processor time",
      slowest(costs, ({ seconds }) => seconds),
      "s",
      atMost(1),
    ),
    figure("an ordinary runbook, processor time per MB", ordinary, "s"),
    figure(
      `slowest hostile input ÷ an ordinary runbook, processor time per MB beyond the first ${FREE_S * 1000} ms`,
      slowest(costs, ({ seconds, megabytes }) => (seconds - FREE_S) / megabytes) / ordinary,
      "×",
      atMost(2),
    ),
  ];
}

/** Loading, expanding and planning a large runbook, matching, and hostile inputs. The plot is written to `bench/matching.svg`. */
export default async function runbook(): Promise<readonly Figure[]> {
  return [...(await planning()), ...(await matching()), ...(await hostile())];
}
