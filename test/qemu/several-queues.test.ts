import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findTapWay } from "../../packages/assay/src/platforms/qemu/host/tap-way.ts";
import { HotPlugPorts } from "../../packages/assay/src/platforms/qemu/machine/hot-plug-ports.ts";
import type { QemuProcess } from "../../packages/assay/src/platforms/qemu/machine/qemu-process.ts";
import { NicRack } from "../../packages/assay/src/platforms/qemu/nics/nic-rack.ts";
import { startPausedQemu } from "./paused-qemu.ts";

let folder: string;
let qemu: QemuProcess;
let rack: NicRack;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-queues-"));
  qemu = await startPausedQemu(folder, AbortSignal.timeout(60_000));
  const ports = new HotPlugPorts(qemu.qmp);
  rack = new NicRack({ qmp: qemu.qmp, ports, network: undefined, firstModel: "virtio-net" });
});
afterAll(async () => {
  await qemu?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const inNetwork = async () =>
  String(await qemu.qmp.execute("human-monitor-command", { "command-line": "info network" }));

/** What the interface `id` has of its own, by QEMU's name. */
const property = (id: string, name: string) =>
  qemu.qmp.execute("qom-get", { path: `/machine/peripheral/${id}`, property: name });

test("an interface has as many queues as it shall have, or the reason is told and nothing is left", async () => {
  const before = await inNetwork();
  const way = await findTapWay();
  if (typeof way === "string") {
    await expect(rack.plug({ queues: 4 }, undefined)).rejects.toThrow(way);
    expect(await inNetwork()).toBe(before);
    return;
  }
  expect(await rack.plug({ queues: 4 }, undefined)).toMatchObject({ id: "nic1", queues: 4 });
  expect(await property("nic1", "mq")).toBe(true);
  expect(await property("nic1", "vectors")).toBe(10);
  const added = (await inNetwork()).slice(before.length);
  expect(added.match(/nic1-queues: index=\d,type=tap/g)).toHaveLength(4);
  expect(await rack.plug({}, undefined)).toMatchObject({ id: "nic2", queues: 1 });
  expect(await property("nic2", "mq")).toBe(false);
});

test("what was made for queues goes when there is no place for the interface", async () => {
  while (rack.added.length < 8) await rack.plug({}, undefined);
  await expect(rack.plug({ queues: 2 }, undefined)).rejects.toThrow();
  expect(await inNetwork()).not.toContain("nic9");
  expect(rack.added).toHaveLength(8);
});

test.for([
  [{ queues: 0 }, "cannot have 0 queues"],
  [{ queues: 17 }, "cannot have 17 queues"],
  [{ queues: 1.5 }, "cannot have 1.5 queues"],
  [{ queues: 4, model: "vmxnet3" }, "How many queues a vmxnet3 has"],
] as const)("%o cannot be had", async ([options, message]) => {
  await expect(rack.plug(options, undefined)).rejects.toThrow(message);
});
