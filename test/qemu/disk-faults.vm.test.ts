import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { type DataDisk, Disk, FaultInjection } from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";
import { type Guests, LIMIT_MS, openGuests } from "./guests.ts";

const MIB = 2 ** 20;
let guests: Guests;
let environment: Environment;
let node: Node;
let faults: FaultInjection;
let disks: readonly DataDisk[];

beforeAll(async () => {
  guests = await openGuests();
  environment = await guests.deploy("faulty");
  [node] = environment.nodes;
  faults = node.feature(FaultInjection);
  disks = await node
    .feature(Disk)
    .addDataDisks([
      { sizeBytes: 16 * MIB },
      { sizeBytes: 16 * MIB, bus: "virtio-blk" },
      { sizeBytes: 16 * MIB, bus: "nvme" },
    ]);
}, LIMIT_MS);
afterAll(async () => {
  await environment?.[Symbol.asyncDispose]();
  await guests?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await faults?.revertAll();
});

/** How many of `count` operations of one sector or four each fail, one after another, beginning at `sector`. */
async function failures(path: string, operation: "read" | "write", count: number, sector = 0): Promise<number> {
  const [one, other] = operation === "read" ? [path, "/dev/null"] : ["/dev/zero", path];
  const flag = operation === "read" ? sh`iflag=direct skip="$at"` : sh`oflag=direct seek="$at"`;
  const text = await node.text(
    sh`failed=0
for at in $(seq ${sector} ${sector + count - 1}); do
  dd if=${one} of=${other} bs=512 count=1 ${flag} 2> /dev/null || failed=$((failed + 1))
done
echo $failed`,
    { sudo: true },
  );
  return Number(text);
}

test("reads fail on every bus and on the system's disk, writes go on, and all is well after the revert", async () => {
  for (const { id, path } of [...disks, { id: "os", path: "/dev/vda14" }]) {
    const fault = await faults.failDisk(id, { on: ["read"] });
    expect(await faults.faults()).toEqual([fault]);
    expect([id, await failures(path, "read", 2), await failures(path, "write", 2)]).toEqual([id, 2, 0]);
    await faults.revert(fault);
    expect([id, await failures(path, "read", 2)]).toEqual([id, 0]);
    expect(await faults.faults()).toEqual([]);
  }
});

test("every fourth operation fails, then only so many, then only those on one sector", async () => {
  // Linux tries again what a SCSI disk does not do, and would hide that.
  const [, { id, path }] = disks as readonly [DataDisk, DataDisk];
  const rate = await faults.failDisk(id, { on: ["read"], ratePercent: 25 });
  expect(await failures(path, "read", 20)).toBe(5);
  await faults.revert(rate);
  const some = await faults.failDisk(id, { on: ["write"], count: 3 });
  expect(await failures(path, "write", 10)).toBe(3);
  await faults.revert(some);
  await faults.failDisk(id, { on: ["read", "write"], sector: 100 });
  expect(await failures(path, "read", 10, 90)).toBe(0);
  expect(await failures(path, "read", 10, 100)).toBe(1);
  expect(await failures(path, "write", 10, 95)).toBe(1);
});

test("a flush that fails is told by fsync, and what was written is on the disk all the same", async () => {
  const [, { id, path }] = disks as readonly [DataDisk, DataDisk];
  await faults.failDisk(id, { on: ["flush"] });
  const write = sh`printf flushed | dd of=${path} bs=512 conv=fsync,notrunc 2>&1`;
  const done = await node.run(write, { sudo: true });
  expect(done.exitCode, done.stdout).not.toBe(0);
  await faults.revertAll();
  expect(
    await node.text(sh`dd if=${path} bs=512 count=1 iflag=direct 2> /dev/null | head -c 7`, {
      sudo: true,
    }),
  ).toBe("flushed");
});

test("a slow disk takes its time, a stalled one waits for the revert and then goes on", async () => {
  const [{ id, path }] = disks as readonly [DataDisk];
  const slow = await faults.slowDisk(id, { latencyMs: 200 });
  const startedAt = performance.now();
  expect(await failures(path, "read", 15)).toBe(0);
  // The first few are free.
  expect(performance.now() - startedAt).toBeGreaterThan(12 * 200);
  await faults.revert(slow);
  const stall = await faults.stallDisk(id);
  // Both of its operations go to the guest at once: the first may pass, the second stands.
  const reading = node.text(
    sh`
    for at in 1 2 3; do dd if=${path} of=/dev/null bs=512 count=1 skip=$at iflag=direct 2> /dev/null; cat /proc/uptime; done`,
    { sudo: true },
  );
  const patience = await node.text(sh`sleep 3; cat /proc/uptime`);
  await faults.revert(stall);
  const ends = (await reading).split("\n").map((line) => Number(line.split(" ")[0]));
  expect(ends.at(-1)).toBeGreaterThan(Number(patience.split(" ")[0]));
});

test("writes that are lost were there until the revert", async () => {
  const [{ id, path }] = disks as readonly [DataDisk];
  await node.text(sh`mkfs.ext4 -q -F ${path} && mount ${path} /mnt && echo kept > /mnt/kept && umount /mnt`, {
    sudo: true,
  });
  const fault = await faults.loseWrites(id);
  await expect(faults.failDisk(id)).rejects.toThrow(UsageError);
  await node.text(sh`mount ${path} /mnt && echo lost > /mnt/lost && sync && umount /mnt`, { sudo: true });
  const list = sh`mount ${path} /mnt && ls /mnt && umount /mnt`;
  expect(await node.text(list, { sudo: true })).toBe("kept\nlost\nlost+found");
  await faults.revert(fault);
  expect(await node.text(list, { sudo: true })).toBe("kept\nlost+found");
});
