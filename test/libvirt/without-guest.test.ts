import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { HostKeyPin } from "../../packages/assay/src/node/shell/ssh/host-key-pin.ts";
import { DomainEvents } from "../../packages/assay/src/platforms/libvirt/connection/events.ts";
import { withFile } from "../../packages/assay/src/platforms/libvirt/connection/with-file.ts";
import { Domain, domainName } from "../../packages/assay/src/platforms/libvirt/domain/domain.ts";
import { type DomainSpec, domainXml } from "../../packages/assay/src/platforms/libvirt/domain/domain-xml.ts";
import { DomainFaults } from "../../packages/assay/src/platforms/libvirt/features/domain-faults.ts";
import { LibvirtParts } from "../../packages/assay/src/platforms/libvirt/features/libvirt-parts.ts";
import type { ConnectedMachine } from "../../packages/assay/src/platforms/libvirt/machine.ts";
import { withNics } from "../../packages/assay/src/platforms/libvirt/nics/domain-nics.ts";
import { Pool } from "../../packages/assay/src/platforms/libvirt/storage/pool.ts";
import { renameSaved } from "../../packages/assay/src/platforms/libvirt/template/saved-machine.ts";
import { findTapWay } from "../../packages/assay/src/platforms/qemu/host/tap-way.ts";
import { QmpRefused } from "../../packages/assay/src/platforms/qemu/machine/qmp-client.ts";
import { EthernetSwitch } from "../../packages/assay/src/platforms/qemu/network/ethernet-switch.ts";
import { MachineNetwork } from "../../packages/assay/src/platforms/qemu/network/machine-network.ts";
import { planNetwork } from "../../packages/assay/src/platforms/qemu/network/network-plan.ts";
import { virsh as output, whyNoLibvirt, whyNoTpm } from "./own-libvirt.ts";
import { LIMIT_MS, specOf, useLibvirt } from "./use-libvirt.ts";

const { libvirt, libvirtTest, title } = useLibvirt();
const signal = AbortSignal.timeout(LIMIT_MS);
const wait = { timeoutMs: 60_000, signal };
let pool: Pool;
let events: DomainEvents;

beforeAll(async () => {
  if (whyNoLibvirt() !== undefined) return;
  pool = await Pool.open(libvirt.virsh, "pool", join(libvirt.folder, "pool"), signal);
  events = await DomainEvents.open(libvirt.virsh);
}, LIMIT_MS);
afterAll(async () => await events?.[Symbol.asyncDispose]());

/** A machine that stands at power-on: QEMU is there with all its devices, and no guest. */
async function standing(change: Partial<DomainSpec> = {}): Promise<Domain & AsyncDisposable> {
  const name = domainName();
  const domain = await Domain.open({
    virsh: libvirt.virsh,
    events,
    pool,
    name,
    serialLog: join(libvirt.folder, `${name}.log`),
  });
  const disk = await pool.createDisk(`${name}.qcow2`, 1 << 26, signal);
  const spec = await specOf({ name, disk, ...change });
  await domain.define(domainXml(spec), signal);
  await libvirt.virsh.run(["start", name, "--paused"], { signal });
  return domain;
}

const connectedTo = (domain: Domain): ConnectedMachine => ({
  ...{ domain, shell: new LocalShell(), address: "127.0.0.1", port: 1, hostKey: new HostKeyPin() },
  ...{ network: { kind: "user", sshPort: 1 }, origin: "cold boot", kernelRelease: undefined },
});

async function freePorts(domain: Domain): Promise<readonly string[]> {
  const ports: string[] = [];
  for await (const port of domain.ports.free()) ports.push(port);
  return ports;
}

/** Stands again, without its guest having run. */
async function offAndOn(domain: Domain): Promise<void> {
  await domain.power.cut(wait);
  expect(await domain.power.status(wait)).toBe("off");
  await domain.power.start(wait);
  await domain.power.pause(wait);
}

libvirtTest.each<[string, Partial<DomainSpec>]>([
  ["BIOS on q35", {}],
  ["BIOS on i440fx", { hardware: { machineType: "pc" } }],
  ["UEFI", { firmware: "uefi" }],
  ["UEFI with Secure Boot", { firmware: "secure-boot", memoryMb: 512 }],
])(
  "QEMU starts the machine with %s, and its monitor answers through libvirt",
  async (_, change) => {
    await using domain = await standing(change);
    expect(await domain.qmp.execute("query-status")).toMatchObject({ running: false });
    expect(await freePorts(domain)).toHaveLength(8);
    const refused = domain.qmp.execute("device_del", { id: "nobody" });
    await expect(refused).rejects.toThrow(QmpRefused);
    const resumed = domain.qmp.waitForEvent(({ event }) => event === "RESUME", "resume", wait);
    await domain.power.start(wait);
    await resumed;
  },
  LIMIT_MS,
);

libvirtTest(
  title("a machine with Secure Boot and a TPM that was saved goes on under another name, with variables of its own"),
  async () => {
    const disk = await pool.createDisk("template-1.qcow2", 1 << 26, signal);
    await using domain = await standing({
      firmware: "secure-boot",
      memoryMb: 512,
      hasTpm: whyNoTpm() === undefined,
      disk,
    });
    const { name } = domain;
    const saved = await pool.pathBeside("template-1.qcow2", "template-1.save", signal);
    await libvirt.virsh.run(["save", name, saved, "--running"], { signal });
    await pool.refresh(signal);
    const other = domainName();
    await renameSaved(pool, "template-1.save", { name: other, uuid: crypto.randomUUID(), mac: undefined }, signal);
    const xml = await libvirt.virsh.run(["save-image-dumpxml", saved, "--security-info"], { signal });
    await withFile("restored.xml", xml, (file) =>
      libvirt.virsh.run(["restore", saved, "--xml", file, "--paused"], { signal }),
    );
    await using fork = await Domain.open({
      virsh: libvirt.virsh,
      events,
      pool,
      name: other,
      serialLog: join(libvirt.folder, "fork.log"),
    });
    const [, variables = ""] = /<nvram[^>]*>([^<]+)</.exec(output(libvirt.uri, "dumpxml", other)) ?? [];
    expect(variables).toContain(other);
    expect(await fork.qmp.execute("query-status")).toMatchObject({ running: false });
    expect(existsSync(saved)).toBe(true);
  },
  LIMIT_MS,
);

libvirtTest(
  title("disks of each bus come, are slowed and fail, and their faults end with the QEMU that made them"),
  async () => {
    await using domain = await standing();
    const { disks } = domain;
    const buses = ["scsi", "virtio-blk", "usb", "nvme"] as const;
    const size = { sizeBytes: 1 << 25 };
    await disks.plug([...buses.map((bus) => ({ bus, ...size })), { bus: "nvme", ...size, iops: 100 }], wait);
    await expect(disks.resize("data4", 1 << 26, wait)).rejects.toThrow(UsageError);
    const connected = connectedTo(domain);
    const { nics } = withNics(connected, {}, undefined);
    const faults = new DomainFaults({ connected, shell: connected.shell, nics, network: undefined });
    for (const disk of ["os", "data1", "data2", "data3", "data4", "data5"]) {
      await faults.failDisk(disk, { on: ["read"] });
      await faults.slowDisk(disk, { latencyMs: 100 });
    }
    expect(await limitOf(domain, "ua-data5")).toBe(10);
    await expect(disks.resize("data1", 1 << 26, wait)).rejects.toThrow("while a fault is in force");
    await faults.revertAll();
    expect(await limitOf(domain, "ua-data5")).toBe(100);
    await disks.resize("data1", 1 << 26, wait);
    const lost = await faults.loseWrites("data2");
    await faults.revert(lost);
    await faults.failDisk("data2");
    await offAndOn(domain);
    expect(await faults.faults()).toEqual([]);
    await faults.failDisk("data2");
    await faults.failDisk("data4");
    await faults.revertAll();
    expect(await limitOf(domain, "ua-data5")).toBe(100);
    expect(await freePorts(domain)).toHaveLength(6);
  },
  LIMIT_MS,
);

async function limitOf(domain: Domain, alias: string): Promise<number | undefined> {
  const blocks = (await domain.qmp.execute("query-block")) as readonly {
    readonly qdev?: string;
    readonly inserted?: { readonly iops: number };
  }[];
  return blocks.find(({ qdev }) => qdev?.includes(alias))?.inserted?.iops;
}

libvirtTest(
  title("interfaces of each network come, are impaired, and are there again after the machine was off"),
  async () => {
    await using domain = await standing();
    const [place] = planNetwork(["one", "two"]);
    if (place === undefined) throw new Error("There is no place.");
    using shared = new EthernetSwitch();
    const connected = connectedTo(domain);
    const network = new MachineNetwork(place, shared);
    const { nics } = withNics(connected, {}, network);
    const { rack } = nics;
    await rack.plug({ mtu: 1400 }, signal);
    await rack.plug({ network: "user", model: "e1000e" }, signal);
    expect(rack.list().map(({ id }) => id)).toEqual(["net0", "private0", "nic1", "nic2"]);
    const several = rack.plug({ queues: 4 }, signal);
    const obstacle = await findTapWay();
    if (typeof obstacle === "string") await expect(several).rejects.toThrow(obstacle);
    else expect(await several).toMatchObject({ id: "nic3", queues: 4 });
    await rack.setLink("nic1", "down");
    await rack.setLink("net0", "down");
    const faults = new DomainFaults({ nics, connected, shell: connected.shell, network });
    const fault = await faults.impairNetwork("net0", { latencyMs: 10 });
    await faults.revert(fault);
    await offAndOn(domain);
    const told = String(await domain.qmp.execute("human-monitor-command", { "command-line": "info network" }));
    expect(told).toContain("macaddr=52:54:00:a5:61:01");
    expect(told).toContain("net=10.0.12.0");
    expect(told.match(/nic3-queues: index=\d,type=tap/g) ?? []).toHaveLength(typeof obstacle === "string" ? 0 : 4);
    expect(await domain.qmp.execute("qom-get", { path: "/machine/peripheral/nic1", property: "host_mtu" })).toBe(1400);
    await domain.power.cut(wait);
    await rack.plug({ network: "user" }, signal);
    await domain.power.start(wait);
    expect(await freePorts(domain)).toHaveLength(typeof obstacle === "string" ? 5 : 4);
  },
  LIMIT_MS,
);

libvirtTest(
  title("processors and memory come, and are there again after the machine was off"),
  async () => {
    await using domain = await standing();
    const parts = new LibvirtParts(libvirt.virsh, domain.name);
    const size = async () => ({
      cores: ((await domain.qmp.execute("query-cpus-fast")) as readonly unknown[]).length,
      memory: await domain.qmp.execute("query-memory-size-summary"),
    });
    await parts.addProcessor({ type: "", props: {} }, 2, wait);
    await parts.addModule(parts.moduleName(0), 128 << 20, wait);
    const grown = { cores: 2, memory: { "base-memory": 256 << 20, "plugged-memory": 128 << 20 } };
    expect(await size()).toEqual(grown);
    await offAndOn(domain);
    expect(await size()).toEqual(grown);
  },
  LIMIT_MS,
);

libvirtTest(
  title("a machine of this host is halted by its process, and one that is off has none"),
  async () => {
    await using domain = await standing();
    const connected = connectedTo(domain);
    const { nics } = withNics(connected, {}, undefined);
    const faults = new DomainFaults({ connected, shell: connected.shell, nics, network: undefined });
    const steal = await faults.stealProcessors({ percent: 50, forMs: 60_000 });
    expect((await faults.faults()).map(({ kind }) => kind)).toEqual(["stealProcessors"]);
    await faults.revert(steal);
    await domain.power.cut(wait);
    await expect(faults.stealProcessors({ percent: 50, forMs: 60_000 })).rejects.toThrow("it is off");
  },
  LIMIT_MS,
);
