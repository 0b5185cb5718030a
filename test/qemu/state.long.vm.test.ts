import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { Disk, Resize, Snapshot, TimeJump } from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { type Guests, openGuests } from "./guests.ts";

let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

/** Set by the guest's owner and by a busy host; both are far below what a test moves it by. */
const CLOCK_ERROR_MS = 2_500;

test("a machine goes back with its memory and all its disks, also when its kernel has crashed", async () => {
  await using environment = await guests.deploy("past");
  const [node] = environment.nodes;
  const snapshots = node.feature(Snapshot);
  const [disk] = await node.feature(Disk).addDataDisks([{ sizeBytes: 64 << 20 }]);
  if (disk === undefined) throw new Error("There is no data disk.");
  const write = (word: string) =>
    node.text(sh`echo ${word} | tee /dev/shm/memory /root/system | dd of=${disk.path} conv=fsync,sync bs=512`, {
      sudo: true,
    });
  const read = () =>
    node.text(sh`cat /dev/shm/memory /root/system; dd if=${disk.path} bs=512 count=1 iflag=direct | tr -d '\0'`, {
      sudo: true,
    });
  await write("before");
  const taken = await snapshots.take("clean");
  expect(taken.sizeBytes).toBeGreaterThan(50e6);
  await write("after");
  expect(await read()).toBe("after\nafter\nafter");
  await snapshots.revert("clean");
  expect(await read()).toBe("before\nbefore\nbefore");
  expect(Math.abs(await node.feature(TimeJump).offsetMs())).toBeLessThan(CLOCK_ERROR_MS);

  await node.run(sh`echo 0 > /proc/sys/kernel/panic; (sleep 1; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &`, {
    sudo: true,
  });
  await node.run(["sleep", "15"], { timeoutMs: 8_000 });
  await snapshots.revert("clean");
  expect(await read()).toBe("before\nbefore\nbefore");

  await node.feature(Disk).addDataDisks([{ sizeBytes: 1 << 20 }]);
  await expect(snapshots.revert("clean")).rejects.toThrow(UsageError);
  await expect(snapshots.take("clean")).rejects.toThrow("There is a snapshot 'clean' already.");
  expect(await snapshots.snapshots()).toEqual([taken]);
  await snapshots.remove("clean");
  await expect(snapshots.revert("clean")).rejects.toThrow("The machine has no snapshot 'clean'.");
});

/** Processors that are in use, and memory in MiB, as the guest has them. */
async function seenSize(node: Node): Promise<readonly [cores: number, memoryMb: number]> {
  const told = await node.text(sh`nproc; awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo`);
  const [cores = 0, memoryMb = 0] = told.split("\n").map(Number);
  return [cores, memoryMb];
}

test("a running machine grows by processors and memory, and gives the memory back", async () => {
  await using environment = await guests.deploy("size");
  const [node] = environment.nodes;
  const resize = node.feature(Resize);
  const size = await resize.size();
  expect(size).toEqual({ cores: node.capability.cores, memoryMb: node.capability.memoryMb });
  const [, seenMb] = await seenSize(node);
  const grown = await resize.resize({ cores: size.cores + 1, memoryMb: size.memoryMb + 256 });
  expect(grown).toEqual({ before: size, after: { cores: size.cores + 1, memoryMb: size.memoryMb + 256 } });
  expect(await seenSize(node)).toEqual([size.cores + 1, seenMb + 256]);
  expect((await resize.resize("IncreaseCpuCount")).after.cores).toBe(size.cores + 2);
  const shrunk = await resize.resize({ memoryMb: size.memoryMb });
  expect(shrunk.after).toEqual({ cores: size.cores + 2, memoryMb: size.memoryMb });
  expect(await seenSize(node)).toEqual([size.cores + 2, seenMb]);
  await expect(resize.resize({ memoryMb: size.memoryMb + 100 })).rejects.toThrow(UsageError);
  await expect(resize.resize({ cores: 1000 })).rejects.toThrow(UsageError);
  const { keepsCores, least } = await resize.limits();
  expect([keepsCores === undefined, least.cores]).toEqual([
    environment.facts.accelerator === "kvm",
    expect.any(Number),
  ]);
});
