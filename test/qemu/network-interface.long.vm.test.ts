import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { FaultInjection, NetworkInterface } from "../../packages/assay/src/features/index.ts";
import type { Node } from "../../packages/assay/src/node/node.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";
import { findTapWay } from "../../packages/assay/src/platforms/qemu/host/tap-way.ts";
import { atLeast } from "../../packages/assay/src/suite/count.ts";
import { type Guests, openGuests } from "./guests.ts";

let guests: Guests;
let alone: Environment;
beforeAll(async () => {
  guests = await openGuests();
  alone = await guests.deploy("nics", { nodes: [{ networkInterface: { nicCount: atLeast(2) } }] });
});
afterAll(async () => {
  await alone?.[Symbol.asyncDispose]();
  await guests?.[Symbol.asyncDispose]();
});

/** Whether `address` answers over the interface; `tries` bounds the wait in seconds. */
async function reaches(from: Node, address: string, device: string, tries = 10): Promise<boolean> {
  const done = await from.run(["ping", "-c", "1", "-w", `${tries}`, "-I", device, address], { sudo: true });
  return done.exitCode === 0;
}

const carrier = (node: Node, device: string) => node.text(["cat", `/sys/class/net/${device}/operstate`]);

/** Milliseconds until the gateway of assay's own network answers; undefined when it does not within a few seconds. */
async function outsideMs(node: Node): Promise<number | undefined> {
  const pinged = await node.run(["ping", "-c", "1", "-W", "5", "10.0.2.2"], { sudo: true });
  return pinged.exitCode === 0 ? Number(/time=([\d.]+)/.exec(pinged.stdout)?.[1]) : undefined;
}

test("an interface that was asked for is there with its address before the case begins", async () => {
  const [node] = alone.nodes;
  const feature = node.feature(NetworkInterface);
  expect(feature.mostNics).toBe(9);
  expect(await feature.nics()).toEqual([
    expect.objectContaining({ id: "net0", macAddress: "52:54:00:12:34:56", address: "10.0.2.15", link: "up" }),
    {
      id: "nic1",
      model: "virtio-net",
      macAddress: "52:54:00:a5:61:01",
      network: "user",
      address: "10.0.11.15",
      prefixLength: 24,
      queues: 1,
      link: "up",
    },
  ]);
  const device = await feature.deviceName("nic1");
  expect(await node.text(["ip", "-o", "-4", "address", "show", "dev", device])).toContain("10.0.11.15/24");
  expect(await reaches(node, "10.0.11.2", device)).toBe(true);
  expect((await feature.statistics("nic1")).sentPackets).toBeGreaterThan(0);
});

test("interfaces come and go, the guest sees the cable, and what cannot be is refused", async () => {
  const [node] = alone.nodes;
  const feature = node.feature(NetworkInterface);
  const added = await feature.attach({ macAddress: "02:00:00:00:00:07" });
  expect(added).toMatchObject({ id: "nic2", macAddress: "02:00:00:00:00:07", address: "10.0.12.15" });
  const device = await feature.deviceName("nic2");
  expect(await carrier(node, device)).toBe("up");
  await feature.setLink("nic2", "down");
  await expect.poll(() => carrier(node, device), { timeout: 20_000 }).toBe("down");
  expect((await feature.nics()).at(-1)).toMatchObject({ id: "nic2", link: "down" });
  await feature.setLink("nic2", "up");
  await expect.poll(() => carrier(node, device), { timeout: 20_000 }).toBe("up");
  await feature.detach("nic2");
  expect((await node.run(["test", "-e", `/sys/class/net/${device}`])).exitCode).toBe(1);
  await expect(feature.deviceName("nic2")).rejects.toThrow("no network interface 'nic2'");
  await expect(feature.detach("net0")).rejects.toThrow(UsageError);
  await expect(feature.setLink("net0", "down")).rejects.toThrow(UsageError);
  await expect(feature.attach({ network: "private" })).rejects.toThrow(UsageError);
  await expect(feature.attach({ macAddress: "52:54:00:a5:61:01" })).rejects.toThrow("has the address");
  // The place of the one that is gone is free again, also for other hardware.
  expect(await feature.attach({ model: "vmxnet3" })).toMatchObject({ id: "nic2", model: "vmxnet3" });
  const driver = `/sys/class/net/${await feature.deviceName("nic2")}/device/driver`;
  expect(await node.text(["readlink", driver])).toMatch(/vmxnet3$/);
  await feature.detach("nic2");
  expect(await feature.nics()).toHaveLength(2);
});

test("an interface with several queues carries what the others carry, and can be spoiled and taken out as they can", async () => {
  const [node] = alone.nodes;
  const feature = node.feature(NetworkInterface);
  const way = await findTapWay();
  if (typeof way === "string") {
    await expect(feature.attach({ queues: 4 })).rejects.toThrow(way);
    return;
  }
  expect(await feature.attach({ queues: 4 })).toMatchObject({ id: "nic2", queues: 4, address: "10.0.12.15" });
  const device = await feature.deviceName("nic2");
  // The guest has two processors, and takes as many into use.
  const queues = async () => (await node.text(["ethtool", "-l", device], { sudo: true })).match(/Combined:\s+\d+/g);
  expect(await queues()).toEqual([expect.stringMatching(/4$/), expect.stringMatching(/2$/)]);
  await node.text(["ethtool", "-L", device, "combined", "4"], { sudo: true });
  expect(await queues()).toEqual([expect.stringMatching(/4$/), expect.stringMatching(/4$/)]);
  expect(await reaches(node, "10.0.12.2", device)).toBe(true);
  const content = randomBytes(8 << 20);
  await using server = createServer((socket) => socket.end(content)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const fetched = await node.text(["bash", "-c", `exec 3<> /dev/tcp/10.0.12.2/${port}; sha256sum <&3`]);
  expect(fetched).toContain(createHash("sha256").update(content).digest("hex"));
  expect((await feature.statistics("nic2")).receivedBytes).toBeGreaterThan(content.length);
  const faults = node.feature(FaultInjection);
  const lost = await faults.impairNetwork("nic2", { lossPercent: 100 });
  expect(await reaches(node, "10.0.12.2", device, 3)).toBe(false);
  await faults.revert(lost);
  expect(await reaches(node, "10.0.12.2", device)).toBe(true);
  await feature.setLink("nic2", "down");
  await expect.poll(() => carrier(node, device), { timeout: 20_000 }).toBe("down");
  await feature.setLink("nic2", "up");
  await feature.detach("nic2");
  expect((await node.run(["test", "-e", `/sys/class/net/${device}`])).exitCode).toBe(1);
});

test("the way to the outside suffers and assay's own does not, until the fault is reverted or its time is over", async () => {
  const [node] = alone.nodes;
  const faults = node.feature(FaultInjection);
  expect(await outsideMs(node)).toBeLessThan(1000);
  const slow = await faults.impairNetwork("net0", { latencyMs: 1000 });
  expect(slow).toMatchObject({ kind: "impairNetwork", target: "net0" });
  expect(await outsideMs(node)).toBeGreaterThanOrEqual(2000);
  const begun = performance.now();
  await node.text(["true"]);
  expect(performance.now() - begun).toBeLessThan(1000);
  await faults.revert(slow);
  expect(await outsideMs(node)).toBeLessThan(1000);
  await faults.impairNetwork("net0", { lossPercent: 100 }, { forMs: 8000 });
  expect(await outsideMs(node)).toBeUndefined();
  await expect.poll(() => faults.faults(), { timeout: 20_000 }).toEqual([]);
  expect(await outsideMs(node)).toBeLessThan(1000);
  await expect(faults.unplugCable("net0")).rejects.toThrow(UsageError);
  await faults.unplugCable("net0", { forMs: 3000 });
  // What assay asks meanwhile is answered when the cable is back.
  expect(await node.text(["hostname"])).toBe("nics");
  expect(await faults.faults()).toEqual([]);
});
