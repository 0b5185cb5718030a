import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { PrivateNetwork } from "../../packages/assay/src/features/index.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { machinesFolder, readOwnerMark } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { type Guests, openGuests } from "./guests.ts";
import { pairOf, reaches } from "./pairs.ts";

let guests: Guests;
beforeAll(async () => {
  // Not prepared: that would boot a template of machines alone, which nothing here is forked from.
  guests = await openGuests();
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

/** QEMU processes of this test, by the name of their machine. */
async function pids(prefix: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const entry of await readdir(machinesFolder())) {
    const mark = await readOwnerMark(`${machinesFolder()}/${entry}`);
    if (mark?.controller.pid !== process.pid || mark.qemu === undefined || !mark.name.startsWith(prefix)) continue;
    found.set(mark.name, mark.qemu.pid);
  }
  return found;
}

test("two nodes are forked together, each itself, and exchange data by name in both directions", async () => {
  await using pair = await guests.deploy("pair", { nodeCount: 2 });
  const [one, two] = pairOf(pair);
  expect(pair.nodes.map(({ name, index }) => [name, index])).toEqual([
    ["pair-n0", 0],
    ["pair-n1", 1],
  ]);
  const facts = await Promise.all([one, two].map((node) => node.text(sh`hostname; cat /etc/machine-id`)));
  expect(facts[0]).toMatch(/^pair-n0\n[0-9a-f]{32}$/);
  expect(facts[1]).toMatch(/^pair-n1\n[0-9a-f]{32}$/);
  expect(facts[0]?.split("\n")[1]).not.toBe(facts[1]?.split("\n")[1]);
  expect(one.connection).toMatchObject({ address: "127.0.0.1", internalAddress: "10.99.0.1" });
  expect(two.feature(PrivateNetwork).address).toBe("10.99.0.2");
  expect(await reaches(one, two)).toBe(true);
  expect(await reaches(two, one)).toBe(true);
  // A megabyte through TCP, more than any buffer on the way holds at once.
  const receiver = await two.shell.spawn(sh`perl -MIO::Socket::INET -e '
    my $listener = IO::Socket::INET->new(LocalPort => 5001, Listen => 1, ReuseAddr => 1) or die $!;
    $| = 1; print "ready\n"; my $from = $listener->accept; local $/; print length(<$from>), "\n"'`);
  let told = "";
  for await (const piece of receiver.stdout) {
    told += Buffer.from(piece).toString();
    if (told.trim() !== "ready") continue;
    await one.text(sh`head -c 1048576 /dev/urandom | bash -c 'cat > /dev/tcp/pair-n1/5001'`);
  }
  expect(told).toBe("ready\n1048576\n");
});

test("a partition cuts nodes from each other and not from assay; healing joins them, links get worse on demand", async () => {
  await using pair = await guests.deploy("split", { nodeCount: 2 });
  const [one, two] = pairOf(pair);
  const network = one.feature(PrivateNetwork);
  expect(await reaches(one, two)).toBe(true);
  await network.partition(one.name, [two.name]);
  expect(await reaches(one, two, 2)).toBe(false);
  expect(await reaches(two, one, 2)).toBe(false);
  expect(await Promise.all([one, two].map((node) => node.text(["hostname"])))).toEqual(["split-n0", "split-n1"]);
  await two.feature(PrivateNetwork).heal();
  expect(await reaches(one, two)).toBe(true);
  await network.impair(one.name, two.name, { latencyMs: 300 });
  const slow = await one.text(["ping", "-c", "2", "-w", "10", two.name], { sudo: true });
  expect(Number(/= ([\d.]+)\//.exec(slow)?.[1])).toBeGreaterThanOrEqual(600);
  await network.impair(one.name, two.name, { lossPercent: 100 });
  expect(await reaches(two, one, 2)).toBe(false);
  await network.heal();
  await expect(network.partition(one.name, "nobody")).rejects.toThrow(UsageError);
});

test("a node that dies is told by its name, and the others go with the environment", async () => {
  const pair = await guests.deploy("mortal", { nodeCount: 2 });
  const [one, two] = pairOf(pair);
  const running = await pids("mortal-");
  expect([...running.keys()].toSorted()).toEqual(["mortal-n0", "mortal-n1"]);
  const command = two.run(["sleep", "600"]);
  process.kill(running.get("mortal-n1") ?? 0, "SIGKILL");
  await expect(pair.died).rejects.toThrow("The machine 'mortal-n1' died: its QEMU ended on its own.");
  expect((await command).outcome.kind).toBe("connection-lost");
  expect(await one.text(["hostname"])).toBe("mortal-n0");
  await pair[Symbol.asyncDispose]();
  expect(await pids("mortal-")).toEqual(new Map());
});
