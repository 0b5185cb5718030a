import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HostExhausted, PlatformError } from "../../packages/assay/src/errors/catalogue.ts";
import { markProcess, processState } from "../../packages/assay/src/platforms/qemu/host/process-mark.ts";
import { watchDeath } from "../../packages/assay/src/platforms/qemu/machine/machine-death.ts";
import type { QemuProcess } from "../../packages/assay/src/platforms/qemu/machine/qemu-process.ts";
import { startPausedQemu } from "./paused-qemu.ts";

const signal = AbortSignal.timeout(120_000);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-death-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What is told of a machine first. */
const deathOf = (qemu: QemuProcess): Promise<Error> =>
  new Promise((resolve) => void watchDeath(qemu, "victim", resolve));

test("a QEMU that is killed is told with what may have killed it", async () => {
  await using qemu = await startPausedQemu(folder, signal);
  const death = deathOf(qemu);
  process.kill(qemu.pid, "SIGKILL");
  expect(await death).toBeInstanceOf(PlatformError);
  expect(await death).toMatchObject({
    message: "The machine 'victim' died: its QEMU ended on its own. Its last words: killed by SIGKILL",
    help: expect.stringContaining("no memory"),
    isTransient: true,
  });
});

test("memory that finds no room on the disk is told as a full disk", async () => {
  await using qemu = await startPausedQemu(folder, signal);
  const death = deathOf(qemu);
  // What the kernel sends for a page of a file that it cannot get.
  process.kill(qemu.pid, "SIGBUS");
  expect(await death).toBeInstanceOf(HostExhausted);
  expect(await death).toMatchObject({
    message: expect.stringContaining("no room for the memory of the machine 'victim'"),
  });
});

test("a QEMU that lives and has lost its monitor is told as lost, and ends with its environment", async () => {
  const qemu = await startPausedQemu(folder, signal);
  const mark = await markProcess(qemu.pid);
  if (mark === undefined) throw new Error("QEMU does not run.");
  const death = deathOf(qemu);
  qemu.qmp[Symbol.dispose]();
  expect(await death).toMatchObject({
    message: "The machine 'victim' cannot be controlled any more: its QEMU closed its monitor.",
    isTransient: true,
  });
  expect(await processState(mark)).toBe("alive");
  await qemu[Symbol.asyncDispose]();
  expect(await processState(mark)).toBe("gone");
});

test("nothing is told of a machine that is watched no more", async () => {
  await using qemu = await startPausedQemu(folder, signal);
  const told: Error[] = [];
  const stop = watchDeath(qemu, "victim", (death) => told.push(death));
  stop();
  process.kill(qemu.pid, "SIGKILL");
  await qemu.ended;
  await qemu.qmp.closed;
  expect(told).toEqual([]);
});
