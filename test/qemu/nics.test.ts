import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HotPlugPorts } from "../../packages/assay/src/platforms/qemu/machine/hot-plug-ports.ts";
import type { QemuProcess } from "../../packages/assay/src/platforms/qemu/machine/qemu-process.ts";
import { EthernetSwitch } from "../../packages/assay/src/platforms/qemu/network/ethernet-switch.ts";
import { planNetwork } from "../../packages/assay/src/platforms/qemu/network/network-plan.ts";
import { FrameDetour } from "../../packages/assay/src/platforms/qemu/nics/frame-detour.ts";
import { NicRack } from "../../packages/assay/src/platforms/qemu/nics/nic-rack.ts";
import { startPausedQemu } from "./paused-qemu.ts";

let folder: string;
let qemu: QemuProcess;
const between = new EthernetSwitch();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-nics-"));
  qemu = await startPausedQemu(folder, AbortSignal.timeout(60_000));
});
afterAll(async () => {
  await qemu?.[Symbol.asyncDispose]();
  between[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
});

function rackOf(name: string): NicRack {
  const place = planNetwork([name, "other"])[0];
  if (place === undefined) throw new Error("There is no place for the machine.");
  const network = { place, ethernetSwitch: between };
  return new NicRack({ qmp: qemu.qmp, ports: new HotPlugPorts(qemu.qmp), network, firstModel: "virtio-net" });
}

/** Names of everything that a detour makes in QEMU. */
async function inQemu(): Promise<readonly string[]> {
  const chardevs = (await qemu.qmp.execute("query-chardev")) as readonly { readonly label: string }[];
  const objects = (await qemu.qmp.execute("qom-list", { path: "/objects" })) as readonly { readonly name: string }[];
  return [...chardevs.map(({ label }) => label), ...objects.map(({ name }) => name)].toSorted();
}

test("interfaces are plugged in one after the other, with the addresses and the size that they shall have", async () => {
  const rack = rackOf("a");
  const [one, two] = await Promise.all([
    rack.plug({ mtu: 9000 }, undefined),
    rack.plug({ network: "user" }, undefined),
  ]);
  expect([one.id, one.address, two.id, two.address]).toEqual(["nic1", "10.99.1.1", "nic2", "10.0.12.15"]);
  const about = async (property: string) =>
    await qemu.qmp.execute("qom-get", { path: "/machine/peripheral/nic1", property });
  expect(await about("mac")).toBe(one.macAddress);
  expect(await about("host_mtu")).toBe(9000);
  expect(rack.list().map(({ id }) => id)).toEqual(["net0", "private0", "nic1", "nic2"]);
  // Each has a port of its own, also before the firmware has given numbers to what is behind the ports.
  for (const port of ["port0", "port1"]) {
    const bus = (await qemu.qmp.execute("qom-list", { path: `/machine/peripheral/${port}/${port}` })) as readonly {
      readonly name: string;
    }[];
    expect(bus.filter(({ name }) => name.startsWith("child["))).toHaveLength(1);
  }
  await expect(rack.plug({ mtu: 9000, network: "user" }, undefined)).rejects.toThrow("cannot be given from outside");
});

test("a model that there is not is told and leaves nothing", async () => {
  const rack = rackOf("b");
  const before = await qemu.qmp.execute("query-pci");
  await expect(rack.plug({ model: "i82551" as "igb" }, undefined)).rejects.toThrow("no network interface 'i82551'");
  expect(await qemu.qmp.execute("query-pci")).toEqual(before);
  expect(rack.added).toEqual([]);
});

test("a detour leads frames through assay and leaves nothing behind", async () => {
  const before = await inQemu();
  const order = { qmp: qemu.qmp, quality: { lossPercent: 50 }, isSpared: () => false };
  const detour = await FrameDetour.open({ ...order, netdev: "net0" });
  expect((await inQemu()).filter((name) => !before.includes(name))).toEqual([
    "net0-rx",
    "net0-rx-away",
    "net0-rx-back",
    "net0-tx",
    "net0-tx-away",
    "net0-tx-back",
  ]);
  await detour[Symbol.asyncDispose]();
  expect(await inQemu()).toEqual(before);
  await expect(FrameDetour.open({ ...order, netdev: "nowhere" })).rejects.toThrow("expects a network backend");
  expect(await inQemu()).toEqual(before);
});

test("what cannot be plugged in leaves no port on the switch", async () => {
  const rack = rackOf("c");
  // QEMU has an interface of this name, of the first test.
  await expect(rack.plug({}, undefined)).rejects.toThrow("nic1-net");
  expect(rack.added).toEqual([]);
  expect(between.release().map(({ name, segment }) => [name, segment])).toEqual([["a", 1]]);
});
