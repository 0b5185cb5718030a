import { afterAll, beforeAll, expect, test } from "vitest";
import {
  FaultInjection,
  NetworkInterface,
  PrivateNetwork,
  SerialConsole,
  StartStop,
} from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { atLeast, exactly } from "../../packages/assay/src/suite/count.ts";
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

/** Whether `from` reaches `to` over the networks of their added interfaces, and over nothing else. */
async function crosses(from: Node, to: Node): Promise<boolean> {
  const device = await from.feature(NetworkInterface).deviceName("nic1");
  const nics = await to.feature(NetworkInterface).nics();
  const { address } = nics.find(({ id }) => id === "nic1") ?? { address: "" };
  return (await from.run(["ping", "-c", "1", "-w", "5", "-I", device, address], { sudo: true })).exitCode === 0;
}

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
