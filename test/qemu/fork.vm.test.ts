import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PlatformError } from "../../packages/assay/src/errors/catalogue.ts";
import { SerialConsole, StartStop } from "../../packages/assay/src/features/index.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";
import { machinesFolder, readOwnerMark } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { type Guests, openGuests } from "./guests.ts";

let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
  await guests.prepare();
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

/** The QEMU of a machine of this test, by its mark. */
async function pidOf(environment: Environment): Promise<number> {
  for (const entry of await readdir(machinesFolder())) {
    const mark = await readOwnerMark(`${machinesFolder()}/${entry}`);
    if (mark?.name === environment.name && mark.controller.pid === process.pid && mark.qemu !== undefined)
      return mark.qemu.pid;
  }
  throw new Error(`No QEMU is marked as that of '${environment.name}'.`);
}

test("forks are machines of their own: disk, memory, name, id, entropy and key", async () => {
  const [one, two] = await Promise.all([guests.deploy("left"), guests.deploy("right")]);
  await using _one = one;
  await using _two = two;
  await one.nodes[0].text(sh`echo mine > /var/tmp/trace; echo mine > /dev/shm/trace; sync`);
  expect((await two.nodes[0].run(sh`cat /var/tmp/trace /dev/shm/trace`)).exitCode).not.toBe(0);

  const facts = sh`hostname; cat /etc/hostname /etc/machine-id ~/.ssh/authorized_keys; head -c 16 /dev/urandom | od -An -tx1`;
  const [left, right] = (await Promise.all([one, two].map(({ nodes }) => nodes[0].text(facts)))).map((text) =>
    text.split("\n"),
  );
  expect(left?.slice(0, 2)).toEqual(["left", "left"]);
  expect(right?.slice(0, 2)).toEqual(["right", "right"]);
  expect(left?.[2]).toMatch(/^[0-9a-f]{32}$/);
  expect(left?.[2]).not.toBe(right?.[2]);
  expect(left?.[3]).toMatch(/^ssh-ed25519 \S+ assay-test-\d+$/);
  expect(left?.[4]).not.toBe(right?.[4]);
  // The journal of before the fork stays readable under the new id.
  expect(await one.nodes[0].text(sh`journalctl -q -b -n 1 -o cat _PID=1`, { sudo: true })).not.toBe("");
});

test("the clock is right within a second", async () => {
  await using fork = await guests.deploy("clock");
  const sentAt = Date.now();
  const guestMs = Number(await fork.nodes[0].text(sh`date +%s.%N`)) * 1000;
  expect(guestMs).toBeGreaterThan(sentAt - 1000);
  expect(guestMs).toBeLessThan(Date.now() + 1000);
});

test("a QEMU that is killed is noticed at once, with its last words", async () => {
  await using fork = await guests.deploy("victim");
  const command = fork.nodes[0].run(["sleep", "600"]);
  process.kill(await pidOf(fork), "SIGKILL");
  const death = fork.died;
  await expect(death).rejects.toThrow(PlatformError);
  await expect(death).rejects.toThrow("killed by SIGKILL");
  expect((await command).outcome.kind).toBe("connection-lost");
});

test("nothing of a machine is left when its environment is released", async () => {
  const fork = await guests.deploy("brief");
  const pid = await pidOf(fork);
  await fork[Symbol.asyncDispose]();
  await fork[Symbol.asyncDispose]();
  expect((await readdir(machinesFolder())).filter((name) => name.startsWith("brief-"))).toEqual([]);
  await expect(readFile(`/proc/${pid}/stat`)).rejects.toThrow("ENOENT");
});

test("a machine that was just made is reset, keeps its disk and its name, and takes the run's key", async () => {
  await using fork = await guests.deploy("phoenix");
  const [node] = fork.nodes;
  const before = await node.text(sh`echo kept > /var/tmp/trace; sync; cat /proc/sys/kernel/random/boot_id`);
  const console = node.feature(SerialConsole);
  const earlier = await console.log();
  expect(earlier).toContain("Linux version");
  const { promise: hasSpoken, resolve } = Promise.withResolvers<void>();
  let seen = "";
  const stop = console.follow((text) => {
    // A console comes in pieces that end anywhere.
    seen += text;
    if (seen.includes("Linux version")) resolve();
  });
  // A reset throws away what is not on the disk yet: the fork's own name and key must be.
  await node.feature(StartStop).restart();
  await hasSpoken;
  stop();
  await node.shell.reconnect({ timeoutMs: 600_000 });
  expect(await node.text(sh`cat /var/tmp/trace; hostname; cat /etc/hostname`)).toBe("kept\nphoenix\nphoenix");
  expect(await node.text(sh`cat /proc/sys/kernel/random/boot_id`)).not.toBe(before);
  expect((await console.log()).length).toBeGreaterThan(earlier.length);
});
