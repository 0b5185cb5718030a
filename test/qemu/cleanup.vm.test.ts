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

/** A run in a process of its own with some machines, killed without a chance to clean up. */
async function killedRun(nodes: number): Promise<void> {
  const script = join(import.meta.dirname, "controller.ts");
  const run = spawn(process.execPath, [script, "wait", `${nodes}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(run, "exit");
  await Promise.race([once(run.stdout, "data"), ended.then(() => Promise.reject(new Error("The run ended early.")))]);
  expect(await processes("orphan")).toHaveLength(nodes);
  run.kill("SIGKILL");
  await ended;
}

test("after kill -9 of assay the next cleanup leaves nothing of it, and the machines of others alone", async () => {
  await using mine = await guests.deploy("bystander");
  await killedRun(1);
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

test("after kill -9 of assay nothing runs of an environment of two nodes, and cleanup removes both", async () => {
  await killedRun(2);
  // The kernel ended them with assay; setpriv asked it to.
  await expect.poll(() => processes("orphan"), { timeout: 10_000 }).toEqual([]);
  const { stdout } = await promisify(execFile)(process.execPath, [cli, "cleanup", "--json"]);
  const names = JSON.parse(stdout).removed.map(({ name }: { readonly name: string }) => name);
  expect(names.toSorted()).toEqual(["orphan-n0", "orphan-n1"]);
  expect(await machines("orphan")).toEqual([]);
});

test("two nodes that were kept on purpose still reach each other, until --kept removes all of it", async () => {
  const script = join(import.meta.dirname, "controller.ts");
  const run = await promisify(execFile)(process.execPath, [script, "keep", "2"]);
  const [login = "", other = ""] = [...run.stdout.matchAll(/log in with: (.+)$/gm)].map(([, command]) => command);
  expect(other).toContain("keepsake-n1");
  expect(await processes("keepsake")).toHaveLength(2);
  const network = await switches();
  expect(network).toHaveLength(1);
  const ping = await promisify(execFile)("sh", ["-c", `${login} ping -c 2 -w 20 keepsake-n1 2>/dev/null`]);
  expect(ping.stdout).toContain("bytes from keepsake-n1 (10.99.0.2)");
  await promisify(execFile)(process.execPath, [cli, "cleanup", "--kept"]);
  expect(await processes("keepsake")).toEqual([]);
  expect(await machines("keepsake")).toEqual([]);
  await expect.poll(switches, { timeout: 10_000 }).toEqual([]);
});

/** Pids of the processes that carry on the networks of kept machines. */
async function switches(): Promise<string[]> {
  const found: string[] = [];
  for (const entry of (await readdir("/proc")).filter((each) => /^\d+$/.test(each))) {
    const line = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    if (line.includes("kept-switch-program.ts") && line.includes("keepsake-n0")) found.push(entry);
  }
  return found;
}
