import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { machinesFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { type Guests, openGuests } from "./guests.ts";

const cli = join(import.meta.dirname, "../../packages/assay/src/cli/main.ts");
let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
  await guests.prepare();
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

const machines = async (name: string) =>
  (await readdir(machinesFolder())).filter((entry) => entry.startsWith(`${name}-`));

/** Pids of running QEMUs of machines named so. */
async function processes(name: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of (await readdir("/proc")).filter((each) => /^\d+$/.test(each))) {
    const line = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    const state = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    if (line.includes(`machines/${name}-`) && !/\) [ZX] /.test(state)) found.push(Number(entry));
  }
  return found;
}

/** A run in a process of its own with one machine, killed without a chance to clean up. */
async function killedRun(): Promise<void> {
  const script = join(import.meta.dirname, "controller.ts");
  const run = spawn(process.execPath, [script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(run, "exit");
  await Promise.race([once(run.stdout, "data"), ended.then(() => Promise.reject(new Error("The run ended early.")))]);
  expect(await processes("orphan")).toHaveLength(1);
  run.kill("SIGKILL");
  await ended;
}

test("after kill -9 of assay the next cleanup leaves nothing of it, and the machines of others alone", async () => {
  await using mine = await guests.deploy("bystander");
  await killedRun();
  expect(await machines("orphan")).toHaveLength(1);
  const { stdout } = await promisify(execFile)(process.execPath, [cli, "cleanup", "--json"]);
  const report = JSON.parse(stdout);
  expect(report.removed).toEqual([expect.objectContaining({ name: "orphan" })]);
  expect(report.inUse).toBeGreaterThanOrEqual(1);
  expect(await machines("orphan")).toEqual([]);
  expect(await processes("orphan")).toEqual([]);
  expect((await mine.nodes[0].run(["true"])).exitCode).toBe(0);
});

test("a machine that was kept on purpose lives on, can be logged in to, and goes with --kept", async () => {
  const script = join(import.meta.dirname, "controller.ts");
  const run = await promisify(execFile)(process.execPath, [script, "keep"]);
  const login = /log in with: (.+)$/m.exec(run.stdout)?.[1] ?? "";
  expect(await processes("keepsake")).toHaveLength(1);
  const hostname = await promisify(execFile)("sh", ["-c", `${login} hostname 2>/dev/null`]);
  expect(hostname.stdout.trim()).toBe("keepsake");
  const left = await promisify(execFile)(process.execPath, [cli, "cleanup"]);
  expect(left.stdout).toContain("Left 'keepsake', which was kept on purpose");
  expect(await processes("keepsake")).toHaveLength(1);
  await promisify(execFile)(process.execPath, [cli, "cleanup", "--kept"]);
  expect(await processes("keepsake")).toEqual([]);
  expect(await machines("keepsake")).toEqual([]);
});
