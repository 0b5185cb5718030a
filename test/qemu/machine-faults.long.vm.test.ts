import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { FaultInjection, MemoryPressure, TimeJump } from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";
import { machinesFolder, readOwnerMark } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { type Guests, openGuests } from "./guests.ts";

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

test("a machine whose memory is a template's has no balloon to press it with", async () => {
  await using other = await guests.deploy("spared");
  expect(other.nodes[0].find(MemoryPressure)).toBeUndefined();
});
