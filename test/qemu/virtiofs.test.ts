import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { PlatformError } from "../../packages/assay/src/errors/catalogue.ts";
import { QmpParts } from "../../packages/assay/src/platforms/qemu/features/resize/hot-parts.ts";
import type { Share } from "../../packages/assay/src/platforms/qemu/hardware.ts";
import { findVirtiofs, type Virtiofsd } from "../../packages/assay/src/platforms/qemu/host/virtiofsd.ts";
import { watchDeath } from "../../packages/assay/src/platforms/qemu/machine/machine-death.ts";
import { cleanOrphans } from "../../packages/assay/src/platforms/qemu/orphans.ts";
import { startServedMachine } from "./served-machine.ts";

const signal = AbortSignal.timeout(240_000);
let folder: string;
let share: Share;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-virtiofs-test-"));
  vi.stubEnv("ASSAY_CACHE", join(folder, "cache"));
});

beforeEach(async () => {
  const path = await mkdtemp(join(folder, "share,"));
  share = { path, tag: "host", isReadOnly: false, driver: "virtiofs" };
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** The daemons that serve the folder at `path`, with the launcher that waits. */
async function daemonsOf({ path }: Share): Promise<readonly number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    const commandLine = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    if (/^\d+$/.test(entry) && commandLine.replaceAll("\\", "").includes(path) && commandLine.includes("--fd=3")) {
      found.push(Number(entry));
    }
  }
  return found;
}

const nothingServes = (served: Share) => expect.poll(() => daemonsOf(served), { timeout: 20_000 }).toEqual([]);

const places = async () => (await readdir(tmpdir())).filter((name) => /^assay-virtiofs-(?!test)/.test(name));

test("QEMU and the daemon speak over a connection without a name, and QEMU is as confined as ever", async () => {
  const before = await places();
  await using machine = await startServedMachine({ folder, share, signal });
  const lines = (await machine.qmp.execute("query-chardev", {}, { signal })) as readonly object[];
  expect(lines).toContainEqual(expect.objectContaining({ label: "virtiofs-line" }));
  const bus = { path: "/machine/peripheral/share0", property: "parent_bus" };
  expect(await machine.qmp.execute("qom-get", bus, { signal })).toBe("/machine/peripheral/port0/port0");
  const memory = (await machine.qmp.execute("query-memdev", {}, { signal })) as readonly object[];
  expect(memory).toMatchObject([{ id: "memory0", share: true }]);
  if (process.getuid?.() === 0) expect(machine.runsAs).toBe("a user of its own");
  expect(await places()).toEqual(before);
  // Where QEMU's own daemon puts a file for each path that it listens at.
  expect(await readdir("/run/virtiofsd").catch(() => [])).toEqual([]);
  expect(await daemonsOf(share)).not.toEqual([]);
});

test("memory of every NUMA node and of modules is open to the daemon", async () => {
  const numa = [
    { cores: 1, memoryMb: 128 },
    { cores: 1, memoryMb: 128 },
  ];
  await using machine = await startServedMachine({
    ...{ folder, share, signal },
    shape: { cores: 2, hardware: { numa } },
  });
  await new QmpParts(machine.qmp, { isShared: true }).addModule("module0", 128 * 2 ** 20, { signal });
  const memory = (await machine.qmp.execute("query-memdev", {}, { signal })) as readonly object[];
  expect(memory).toMatchObject([{ share: true }, { share: true }, { share: true }]);
  expect(await daemonsOf(share)).not.toEqual([]);
});

/** The columns of /proc/PID/mountinfo for what a process has as the root of all files (proc(5)). */
async function rootMountOf(pid: number): Promise<readonly string[]> {
  const mounts = (await readFile(`/proc/${pid}/mountinfo`, "utf8")).split("\n").map((line) => line.split(" "));
  return mounts.find(([, , , , place]) => place === "/") ?? [];
}

test.each([true, false])(
  "the daemon sees the folder alone, mounted so that it cannot write: %s",
  async (isReadOnly) => {
    const { daemon } = await findVirtiofs();
    if (daemon === undefined) throw new Error("There is no virtiofsd here.");
    // Even one that could be told gets a folder that nobody can write to.
    const host = { virtiofsd: { ...daemon, hasReadOnly: false } };
    await using machine = await startServedMachine({ folder, share: { ...share, isReadOnly }, signal, host });
    expect(machine.served).toBeDefined();
    const [, , , source, place, flags] = await rootMountOf(Math.max(...(await daemonsOf(share))));
    expect([basename(source ?? ""), place, flags?.split(",").includes("ro")]).toEqual([
      basename(share.path),
      "/",
      isReadOnly,
    ]);
    // For everyone else the folder stays as it was.
    await writeFile(join(share.path, "file"), "");
  },
);

test("the daemon ends with its QEMU, however that ends", async () => {
  {
    await using machine = await startServedMachine({ folder, share, signal });
    process.kill(machine.pid, "SIGKILL");
    await machine.ended;
    await nothingServes(share);
  }
  {
    await using machine = await startServedMachine({ folder, share, signal });
    expect(machine.pid).toBeGreaterThan(0);
  }
  expect(await daemonsOf(share)).toEqual([]);
});

/** Starts a machine in a process of its own and gives that process, which lives until it is killed. */
async function startElsewhere(lifetime: "with-owner" | "on-its-own") {
  const module = JSON.stringify(join(import.meta.dirname, "served-machine.ts"));
  const wanted = JSON.stringify({ folder, share, lifetime });
  const script = `const { startServedMachine } = await import(${module});
const machine = await startServedMachine({ ...${wanted}, signal: AbortSignal.timeout(60000) });
if (${wanted}.lifetime === "on-its-own") { await machine.keep("key"); machine.release(); }
console.log(machine.pid); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(owner, "exit");
  await once(owner.stdout, "data", { signal });
  return {
    async kill() {
      owner.kill("SIGKILL");
      await ended;
    },
  };
}

test("the daemon ends with a killed assay", async () => {
  const owner = await startElsewhere("with-owner");
  expect(await daemonsOf(share)).not.toEqual([]);
  await owner.kill();
  await nothingServes(share);
});

test("a kept machine keeps its folder until it is cleaned up", async () => {
  const owner = await startElsewhere("on-its-own");
  await owner.kill();
  const serving = await daemonsOf(share);
  expect(serving).not.toEqual([]);
  expect((await cleanOrphans()).kept).toHaveLength(1);
  expect(await daemonsOf(share)).toEqual(serving);
  expect((await cleanOrphans({ kept: "remove" })).removed).toHaveLength(1);
  await nothingServes(share);
});

test("a daemon that ends while the machine runs is told as the loss of the folder", async () => {
  await using machine = await startServedMachine({ folder, share, signal });
  const death = new Promise<Error>((resolve) => void watchDeath(machine, "victim", resolve));
  for (const pid of await daemonsOf(share)) process.kill(pid, "SIGKILL");
  expect(await death).toBeInstanceOf(PlatformError);
  expect(await death).toMatchObject({
    message: expect.stringMatching(/^The machine 'victim' lost the folder '.*': its virtiofsd ended on its own/),
    help: expect.stringContaining("waits for ever"),
    isTransient: true,
  });
});

test("with a QEMU that is killed the daemon's end is no news", async () => {
  await using machine = await startServedMachine({ folder, share, signal });
  const told: string[] = [];
  const stop = watchDeath(machine, "victim", ({ message }) => told.push(message));
  process.kill(machine.pid, "SIGKILL");
  await Promise.all([machine.ended, machine.served?.ended, machine.qmp.closed]);
  await expect.poll(() => told).toEqual([expect.stringContaining("its QEMU ended on its own")]);
  stop();
});

test("a folder that is not there, and one that is a file, is told before anything is started", async () => {
  const missing = { ...share, path: join(share.path, "missing") };
  const start = (given: Share) => startServedMachine({ folder, share: given, signal });
  await expect(start(missing)).rejects.toThrow(`The folder '${missing.path}' that a machine shall share is not there.`);
  await writeFile(missing.path, "");
  await expect(start(missing)).rejects.toThrow("is not there");
  expect(await daemonsOf(missing)).toEqual([]);
});

test("a daemon that gives up is told with its last words, and leaves nothing", async () => {
  const path = join(folder, "gives-up");
  await writeFile(path, "#!/bin/sh\necho I may not unshare >&2\nexit 7\n");
  await chmod(path, 0o755);
  const virtiofsd: Virtiofsd = { path, kind: "c", hasReadOnly: false };
  const before = await places();
  const started = startServedMachine({ folder, share, signal, host: { virtiofsd } });
  await expect(started).rejects.toThrow(
    `The folder '${share.path}' cannot be shared: its virtiofsd ended. I may not unshare\nexit code 7`,
  );
  expect(await places()).toEqual(before);
  expect(await daemonsOf(share)).toEqual([]);
});

test("a folder that cannot be mounted read only is not served at all", async () => {
  const { daemon } = await findVirtiofs();
  if (daemon === undefined) throw new Error("There is no virtiofsd here.");
  await writeFile(join(folder, "unshare"), "#!/bin/sh\necho unshare failed: Operation not permitted >&2\nexit 1\n");
  await chmod(join(folder, "unshare"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  const virtiofsd = { ...daemon, hasReadOnly: false };
  const started = startServedMachine({ folder, share: { ...share, isReadOnly: true }, signal, host: { virtiofsd } });
  await expect(started).rejects.toThrow("Operation not permitted");
});
