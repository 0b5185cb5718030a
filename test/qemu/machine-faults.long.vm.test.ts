import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { FaultInjection, MemoryPressure, TimeJump } from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";
import { machinesFolder, readOwnerMark } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { templatesFolder } from "../../packages/assay/src/platforms/qemu/template/template-store.ts";
import { type Guests, LIMIT_MS, openGuests } from "./guests.ts";

let guests: Guests;
let environment: Environment;
let node: Node;
beforeAll(async () => {
  guests = await openGuests();
  environment = await guests.deploy("hurt", { features: ["MemoryPressure"] });
  node = environment.nodes[0];
});
afterAll(async () => {
  await environment?.[Symbol.asyncDispose]();
  await guests?.[Symbol.asyncDispose]();
});

async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The part of the time in which the machine's QEMU is halted, as the host's kernel shows it. */
async function haltedShare(): Promise<number> {
  const folders = (await readdir(machinesFolder())).filter((name) => name.startsWith("hurt-"));
  const marks = await Promise.all(folders.map((name) => readOwnerMark(join(machinesFolder(), name))));
  const pid = marks.find((mark) => mark?.controller.pid === process.pid)?.qemu?.pid;
  const samples = 100;
  let halted = 0;
  for (let count = 0; count < samples; count++) {
    await delay(17);
    // The state stands behind the name (proc_pid_stat(5)).
    if (/\) T /.test(await readFile(`/proc/${pid}/stat`, "utf8"))) halted++;
  }
  return halted / samples;
}

const inForce = async () => (await node.feature(FaultInjection).faults()).map(({ kind }) => kind);

test("processors are taken away for a part of the time, and the clock stays right", async () => {
  const faults = node.feature(FaultInjection);
  await node.feature(TimeJump).correct();
  const fault = await faults.stealProcessors({ percent: 70, forMs: 600_000 });
  expect(fault).toMatchObject({ kind: "stealProcessors", target: "machine" });
  const share = await haltedShare();
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThan(0.9);
  expect(await node.text(["echo", "alive"])).toBe("alive");
  await expect(faults.stealProcessors({ percent: 10, forMs: 1000 })).rejects.toThrow(UsageError);
  await faults.revert(fault);
  expect(await haltedShare()).toBe(0);
  expect(Math.abs(await node.feature(TimeJump).offsetMs())).toBeLessThan(2_000);
});

test("a machine that stalls goes on by itself and has lost the time", async () => {
  await node.feature(TimeJump).correct();
  const faults = node.feature(FaultInjection);
  await faults.stallMachine({ forMs: 4_000 });
  expect(await took(() => node.text(["true"]))).toBeGreaterThan(3_000);
  expect(await inForce()).toEqual([]);
  const lostMs = -(await node.feature(TimeJump).offsetMs());
  expect(lostMs).toBeGreaterThan(3_000);
  expect(lostMs).toBeLessThan(8_000);
});

test("the clock jumps in both directions, runs fast, stands, and is put right", async () => {
  const time = node.feature(TimeJump);
  const about = (ms: number) => ({ asymmetricMatch: (seen: number) => Math.abs(seen - ms) < 3_000 });
  await time.correct();
  await time.jump(3_600_000);
  expect(await time.offsetMs()).toEqual(about(3_600_000));
  await time.jump(-7_200_000);
  expect(await time.offsetMs()).toEqual(about(-3_600_000));
  await time.correct();
  expect(await time.offsetMs()).toEqual(about(0));
  await time.pause(6_000);
  expect(await time.offsetMs()).toEqual(about(-6_000));
  await expect(time.pause(0)).rejects.toThrow(UsageError);

  await time.correct();
  const fault = await node.feature(FaultInjection).skewClock({ partsPerMillion: 100_000, forMs: 600_000 });
  await node.text(["sleep", "20"]);
  await node.feature(FaultInjection).revert(fault);
  const gainedMs = await time.offsetMs();
  expect(gainedMs).toBeGreaterThan(1_000);
  await node.text(["sleep", "10"]);
  expect((await time.offsetMs()) - gainedMs).toBeLessThan(700);
});

test("a program in the guest takes its memory and gives it back", async () => {
  const available = async () =>
    Number(await node.text(sh`awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo`));
  const before = await available();
  const fault = await node.feature(FaultInjection).pressMemory({ leaveMb: 150, forMs: 600_000 });
  expect(await available()).toBeLessThan(200);
  await node.feature(FaultInjection).revert(fault);
  expect(await available()).toBeGreaterThan(0.8 * before);
});

test("the host takes memory with the balloon and gives it back, and no template suffers", async () => {
  const templates = async () => {
    const paths = (await readdir(templatesFolder())).map((name) => join(templatesFolder(), name, "memory"));
    const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
    return found.map((file) => file && [file.ino, file.blocks, file.mtimeMs]);
  };
  const before = await templates();
  const pressure = node.feature(MemoryPressure);
  // The total stays: the guest may take the pages back when it is short of memory, so its kernel counts them as used.
  const { actualMb, availableMb = 0 } = await pressure.memory();
  expect(actualMb).toBe(node.capability.memoryMb);
  await pressure.shrink(actualMb - 300, { timeoutMs: LIMIT_MS });
  const less = await pressure.memory();
  expect(less.actualMb).toBe(actualMb - 300);
  expect(less.availableMb).toBeLessThan(availableMb - 200);
  await expect(pressure.shrink(10)).rejects.toThrow(UsageError);
  await pressure.release({ timeoutMs: LIMIT_MS });
  expect((await pressure.memory()).availableMb).toBeGreaterThan(availableMb - 100);
  for (const file of before) if (file !== undefined) expect(await templates()).toContainEqual(file);
});

test("a machine whose memory is a template's has no balloon to press it with", async () => {
  await using other = await guests.deploy("spared");
  expect(other.nodes[0].find(MemoryPressure)).toBeUndefined();
});
