import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { atMost, type Figure, figure } from "./figure.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const TIMEOUT_MS = 1_800_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Steps of an image build in which the package manager works. */
const PACKAGE_STEPS = [
  "Looking for the newest packages",
  "Reading the package index",
  "Downloading the base system",
  "Unpacking the base system",
  "Installing the base system",
  "Downloading and installing packages",
];

/** Seconds of the steps that the progress lines of `kind` name, all of them without `names`. */
function secondsOf(progress: string, kind: string, names?: readonly string[]): number {
  const lines = progress.matchAll(new RegExp(`^${kind}: (.+?) (\\d+(?:\\.\\d+)?) s\\b`, "gm"));
  return [...lines]
    .filter(([, name = ""]) => names === undefined || names.includes(name))
    .reduce((sum, [, , seconds]) => sum + Number(seconds), 0);
}

interface JournalLine {
  readonly type: string;
  readonly step?: string;
  readonly elapsedMs?: number;
}

/**
 * From `git clone` to the verdict with nothing in assay's cache: what a new user waits for, and how much of it is
 * assay's own work rather than the package manager's or a booting guest's. System packages must be there already.
 */
export default async function fresh(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "assay-fresh-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const clone = join(folder, "assay");
  const startedAt = performance.now();
  await run("git", ["clone", "--quiet", root, clone], { timeout: TIMEOUT_MS });
  const { stdout, stderr } = await run(join(clone, "assay"), ["run", "--json"], {
    cwd: clone,
    env: { ...process.env, ASSAY_CACHE: join(folder, "cache") },
    timeout: TIMEOUT_MS,
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  const elapsedS = (performance.now() - startedAt) / 1000;
  const report = JSON.parse(stdout) as { reports: { journal: string }; results: { rebootMs: number }[] };
  const journal = (await readFile(report.reports.journal, "utf8")).trim().split("\n");
  const events = journal.map((line) => JSON.parse(line) as JournalLine);
  const bootS = (events.find(({ step, elapsedMs }) => step === "boot template" && elapsedMs)?.elapsedMs ?? 0) / 1000;
  const rebootS = report.results.reduce((sum, { rebootMs }) => sum + rebootMs, 0) / 1000;
  const setUpS = Number(/set-up: ready in (\d+(?:\.\d+)?) s/.exec(stderr)?.[1] ?? 0);
  const packagesS = secondsOf(stderr, "image", PACKAGE_STEPS);
  return [
    figure("fresh clone to verdict", elapsedS, "s", atMost(600)),
    figure("of which set-up (Node and npm packages)", setUpS, "s"),
    figure("of which packages into the image", packagesS, "s"),
    figure("of which the guest's boot and its freezing", bootS, "s"),
    figure("of which the guest's reboot", rebootS, "s"),
    figure("assay's own share: the rest", elapsedS - setUpS - packagesS - bootS - rebootS, "s"),
  ];
}
