import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRun } from "assay";
import { expect, test } from "vitest";
import { folderWith, runProgram } from "./run-program.ts";

const EXAMPLES = join(import.meta.dirname, "../../examples/library");
const programs = readdirSync(EXAMPLES).filter((name) => name.endsWith(".ts"));

const example = (name: string, folder: string, ...args: readonly string[]) =>
  runProgram(join(EXAMPLES, name), folder, args);

test.each(programs)("%s imports assay and Node alone", (name) => {
  const imports = readFileSync(join(EXAMPLES, name), "utf8").matchAll(/ from "([^"]+)"/g);
  for (const [, from] of imports) expect(from).toMatch(/^(?:assay(?:\/suite)?|node:.+)$/);
});

test("two cases are run and what failed is printed", async () => {
  const folder = folderWith({});
  const { exitCode, stdout, stderr } = await example("run-two-cases.ts", folder);
  expect(stderr).toBe("");
  const { summary, folder: runFolder } = await readRun("latest", { logPath: join(folder, "runs") });
  expect(summary.results.map((result) => result.case).sort()).toEqual([
    "verify_cpu_count",
    "verify_floppy_module_is_blacklisted",
  ]);
  const failed = summary.results.filter(({ status }) => status === "FAILED");
  const lines = stdout.trimEnd().split("\n");
  expect(lines.at(-1)).toBe(
    `${summary.verdict}: ${summary.reason} ${summary.counts.skipped} skipped. Everything about it is in ${runFolder}.`,
  );
  for (const result of failed) expect(stdout).toContain(`${result.case}: ${result.message}`);
  expect(exitCode).toBe(summary.verdict === "passed" ? 0 : 1);
});

test("a runbook is planned, and what is wrong with it is told", async () => {
  const folder = folderWith({ "wrong.yml": "platform: [{ type: local }]\ntestcaes: []\n" });
  const good = await example("plan-a-runbook.ts", folder, join(EXAMPLES, "this-machine.yml"));
  expect(good).toMatchObject({ exitCode: 0, stderr: "" });
  expect(good.stdout).toMatch(/^run {3}CPU\.verify_cpu_count on /m);
  const wrong = await example("plan-a-runbook.ts", folder, "wrong.yml");
  expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
  expect(wrong.stderr).toContain("testcaes");
});

test("own cases are run, and their run is reported and compared", async () => {
  const folder = folderWith({});
  const { exitCode, stdout, stderr } = await example("own-cases.ts", folder);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^PASSED root_is_there$/m);
  expect(stdout).toMatch(/^FAILED has_a_tape_drive: .*There is no \/dev\/nst0\.$/m);
  expect(stdout).toMatch(/^failed: 1 case failed\. Kinds of events: \d+\.$/m);
  const report = await example("report-a-run.ts", folder, "latest", "latest");
  expect(report).toMatchObject({ exitCode: 0, stderr: "" });
  expect(report.stdout).toContain("Disks.has_a_tape_drive");
  expect(report.stdout).toContain("No regression. 2 results are as before.");
  expect(readFileSync(join(folder, "runs/latest/results.csv"), "utf8")).toContain("has_a_tape_drive");
});
