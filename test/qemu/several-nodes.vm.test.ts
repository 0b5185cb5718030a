import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import {
  FaultInjection,
  NetworkInterface,
  PrivateNetwork,
  SerialConsole,
  StartStop,
} from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";
import { machinesFolder, readOwnerMark } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { atLeast, exactly } from "../../packages/assay/src/suite/count.ts";
import { type Guests, openGuests } from "./guests.ts";

let guests: Guests;
beforeAll(async () => {
  // Not prepared: that would boot a template of machines alone, which nothing here is forked from.
  guests = await openGuests();
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

function pairOf({ nodes }: Environment): readonly [Node, Node] {
  const [one, two] = nodes;
  if (two === undefined) throw new Error("The environment has one node only.");
  return [one, two];
}

/** Whether `from` gets an answer of `to`, asked for by name; `tries` bounds the wait in seconds. Images may keep ping for root. */
async function reaches(from: Node, to: Node, tries = 10): Promise<boolean> {
  return (await from.run(["ping", "-c", "1", "-w", `${tries}`, to.name], { sudo: true })).exitCode === 0;
}

/** Whether `from` reaches `to` over the networks of their added interfaces, and over nothing else. */
async function crosses(from: Node, to: Node): Promise<boolean> {
  const device = await from.feature(NetworkInterface).deviceName("nic1");
  const nics = await to.feature(NetworkInterface).nics();
  const { address } = nics.find(({ id }) => id === "nic1") ?? { address: "" };
  return (await from.run(["ping", "-c", "1", "-w", "5", "-I", device, address], { sudo: true })).exitCode === 0;
}

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

test("three nodes have the memory and the names that are asked of each", async () => {
  // Two shapes for three machines, one of them that of the pairs: each shape costs a boot.
  const small = { memoryMb: exactly(512), coreCount: exactly(1) };
  const spaces = [small, { memoryMb: atLeast(1024) }, small];
  const machines = [
    { name: "client", cores: 1, memoryMb: 512 },
    { name: "Server A", cores: 1, memoryMb: 1024 },
    { name: "", cores: 1, memoryMb: 512 },
  ];
  await using three = await guests.deploy("trio", { nodeCount: 3, nodes: spaces, machines });
  const [one, two, last] = three.nodes;
  expect(three.nodes.map(({ name, capability }) => [name, capability.memoryMb, capability.cores])).toEqual([
    ["client", 512, 1],
    ["server-a", 1024, 2],
    ["trio-n2", 512, 1],
  ]);
  const sizes = await Promise.all(
    three.nodes.map(async (node) => {
      const [kilobytes, cores] = (await node.text(sh`sed -n 's/MemTotal: *//p' /proc/meminfo; nproc`)).split("\n");
      return [Math.ceil(Number.parseInt(kilobytes ?? "", 10) / 524_288) * 512, Number(cores)];
    }),
  );
  expect(sizes).toEqual([
    [512, 1],
    [1024, 2],
    [512, 1],
  ]);
  if (two === undefined || last === undefined) throw new Error("There are not three nodes.");
  // One of three is cut off; the other two do not notice.
  await one.feature(PrivateNetwork).partition(last.name, [one.name, two.name]);
  expect(await reaches(two, last, 2)).toBe(false);
  expect(await reaches(one, last, 2)).toBe(false);
  expect(await reaches(two, one)).toBe(true);
  expect(await last.feature(SerialConsole).log()).toContain("Linux version");
});

test("a node that was reset is back in its private networks when assay is back on it", async () => {
  const nodes = [{ networkInterface: { nicCount: exactly(3) } }, { networkInterface: { nicCount: exactly(3) } }];
  await using pair = await guests.deploy("again", { nodeCount: 2, nodes });
  const [one, two] = pairOf(pair);
  const nics = await two.feature(NetworkInterface).nics();
  expect(nics.map(({ id, network, address }) => [id, network, address])).toEqual([
    ["net0", "user", "10.0.2.15"],
    ["private0", "private", "10.99.0.2"],
    ["nic1", "private", "10.99.1.2"],
  ]);
  expect(await crosses(one, two)).toBe(true);
  const lost = await two.feature(FaultInjection).impairLinks(one.name, { lossPercent: 100 });
  expect(await crosses(one, two)).toBe(false);
  await two.feature(FaultInjection).revert(lost);
  await two.feature(StartStop).restart();
  await two.shell.reconnect({ timeoutMs: 600_000 });
  expect(await two.text(["hostname"])).toBe("again-n1");
  expect(await reaches(one, two)).toBe(true);
  expect(await reaches(two, one)).toBe(true);
  expect((await two.text(["cat", "/etc/hosts"])).match(/again-n0/g)).toHaveLength(1);
  expect(await crosses(one, two)).toBe(true);
});

test("two nodes that are switched on for a case find each other as well", async () => {
  await using pair = await guests.deploy("cold", { nodeCount: 2, coldBoot: true });
  const [one, two] = pairOf(pair);
  expect(await reaches(one, two)).toBe(true);
  expect(await reaches(two, one)).toBe(true);
});
