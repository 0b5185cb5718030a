import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { atLeast, atMost, type Figure, figure } from "./figure.ts";

const root = join(import.meta.dirname, "..");
const TIMEOUT_MS = 1_800_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What `assay run --json` prints, as far as it is looked at here. */
interface Report {
  readonly exitCode: number;
  readonly counts: { readonly passed: number; readonly skipped: number };
  readonly results: readonly { readonly rebootMs: number }[];
}

async function assayRun(args: readonly string[]): Promise<{ readonly report: Report; readonly elapsedS: number }> {
  const startedAt = performance.now();
  const limits = { cwd: root, timeout: TIMEOUT_MS, maxBuffer: MOST_OUTPUT_BYTES };
  const { stdout } = await promisify(execFile)(join(root, "assay"), ["run", "--json", ...args], limits);
  return { report: JSON.parse(stdout) as Report, elapsedS: (performance.now() - startedAt) / 1000 };
}

/** Every case that does not reboot its guest, whatever its priority. */
const QUICK = `include:
  - path: ${join(root, "runbooks", "all.yml")}
name: quick
testcase:
  - criteria: {}
  - criteria: { tags: reboot }
    select_action: exclude
`;

/**
 * The main job with image and template in the cache: all cases that do not reboot, each on its own fork, and apart from
 * them what one reboot of a guest adds. The first run, which is not measured, brings what is missing in the cache.
 */
export default async function job(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const runbook = join(folder, "quick.yml");
  await writeFile(runbook, QUICK);
  const logs = ["--log_path", join(folder, "runs")];
  await assayRun(["verify_cpu_count", ...logs]);
  const quick = await assayRun(["-r", runbook, ...logs]);
  const reboot = await assayRun(["smoke_test", ...logs]);
  const rebootS = reboot.report.results.reduce((sum, { rebootMs }) => sum + rebootMs, 0) / 1000;
  const { passed, skipped } = quick.report.counts;
  return [
    figure("all cases that do not reboot, each on its own fork", quick.elapsedS, "s", atMost(120)),
    figure("of these passed", passed, "", atLeast(1)),
    figure("of these skipped with a reason", skipped, ""),
    figure("seconds per case", quick.elapsedS / (passed + skipped), "s"),
    figure("a case that reboots its guest", reboot.elapsedS, "s"),
    figure("of which the guest's reboot", rebootS, "s"),
  ];
}
