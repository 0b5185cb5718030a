import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const LAUNCHER = join(import.meta.dirname, "..", "..", "assay");
const TIMEOUT_MS = 14 * 60_000;

interface RunDocument {
  readonly verdict: string;
  readonly exitCode: number;
  readonly results: readonly { readonly case: string; readonly status: string; readonly environment: string }[];
  readonly reports: { readonly html: string; readonly junit: string; readonly journal: string };
}

/** Runs the launcher as a user would, from another folder, and reads the one document it prints. */
async function runForJson(...args: readonly string[]): Promise<{ exitCode: number; document: RunDocument }> {
  const folder = await mkdtemp(join(tmpdir(), "assay-whole-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { promise, resolve } = Promise.withResolvers<{ exitCode: number; document: RunDocument }>();
  const child = execFile(
    LAUNCHER,
    ["run", "--json", ...args],
    { cwd: folder, timeout: TIMEOUT_MS },
    (error, stdout) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), document: JSON.parse(stdout) as RunDocument });
    },
  );
  // What went on stands in the test's output, for the day it fails.
  child.stderr?.pipe(process.stderr);
  return await promise;
}

test("the built-in image passes a case on a fork in QEMU, and the reports are there", async () => {
  const { exitCode, document } = await runForJson("verify_cpu_count");
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ verdict: "passed", exitCode: 0 });
  expect(document.results).toMatchObject([{ case: "verify_cpu_count", status: "PASSED" }]);
  expect(document.results[0]?.environment).toMatch(/^qemu-/);
  const last = (await readFile(document.reports.journal, "utf8")).trimEnd().split("\n").at(-1) ?? "";
  expect(JSON.parse(last)).toMatchObject({ type: "run-finished", verdict: "passed" });
  expect(await readFile(document.reports.html, "utf8")).toContain("verify_cpu_count");
  expect(await readFile(document.reports.junit, "utf8")).toContain("verify_cpu_count");
});

test("this machine is tested without a guest", async () => {
  const { exitCode, document } = await runForJson("--platform", "local", "verify_cpu_count");
  expect(exitCode).toBe(0);
  expect(document.results).toMatchObject([{ case: "verify_cpu_count", status: "PASSED" }]);
});
