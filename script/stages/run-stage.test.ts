import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runStage, type StageEnd } from "./run-stage.ts";

const FOREVER = "setInterval(() => {}, 1_000_000);";

async function runScript(
  source: string,
  limitMinutes: number,
  signal = new AbortController().signal,
): Promise<StageEnd> {
  const folder = await mkdtemp(join(tmpdir(), "assay-stage-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "stage.ts"), source);
  return await runStage(folder, { name: "s", kind: "check", command: ["stage.ts"], limitMinutes }, signal);
}

test("the exit code decides, and what a check prints is kept", async () => {
  expect(await runScript('console.log("fine");', 1)).toMatchObject({ passed: true, output: "fine\n" });
  const failed = await runScript('console.error("broken"); process.exitCode = 3;', 1);
  expect(failed).toMatchObject({ passed: false, output: "broken\n" });
});

test("a stage that outlives its limit is ended and has failed", async () => {
  const ended = await runScript(FOREVER, 0.001);
  expect(ended.passed).toBe(false);
  expect(ended.output).toContain("not done after 0.001 minutes");
});

test("an interrupted stage is ended and has failed", async () => {
  expect(await runScript(FOREVER, 1, AbortSignal.timeout(50))).toMatchObject({ passed: false });
});

test("a program that is not there fails with its name", async () => {
  const never = new AbortController().signal;
  const stage = { name: "s", kind: "check", command: ["no-such-program"], limitMinutes: 1 } as const;
  const ended = await runStage(tmpdir(), stage, never);
  expect(ended.passed).toBe(false);
  expect(ended.output).toContain("no-such-program");
});
