import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { coresOf, type Hardware, memoryOf } from "../../packages/assay/src/platforms/qemu/hardware.ts";
import { findQemu } from "../../packages/assay/src/platforms/qemu/host/qemu-binary.ts";
import { forkCapabilities } from "../../packages/assay/src/platforms/qemu/machine/machine.ts";
import { machineArguments } from "../../packages/assay/src/platforms/qemu/machine/machine-arguments.ts";
import { InheritedFd } from "../../packages/assay/src/platforms/qemu/machine/machine-spec.ts";
import { QemuProcess } from "../../packages/assay/src/platforms/qemu/machine/qemu-process.ts";
import type { QmpClient } from "../../packages/assay/src/platforms/qemu/machine/qmp-client.ts";
import { freeze } from "../../packages/assay/src/platforms/qemu/template/freeze.ts";
import { needFreezable } from "../../packages/assay/src/platforms/qemu/template/not-forkable.ts";

const run = promisify(execFile);
const signal = AbortSignal.timeout(120_000);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-hardware-"));
  await run("qemu-img", ["create", "-q", "-f", "qcow2", join(folder, "disk.qcow2"), "1G"]);
  await writeFile(join(folder, "disc.iso"), Buffer.alloc(65_536));
  await mkdir(join(folder, "share"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Parts {
  readonly memory?: "shared" | "private";
  readonly isPrivate?: boolean;
  readonly deviceState?: string;
  readonly errorLog: string;
}

async function start(hardware: Hardware, parts: Parts): Promise<QemuProcess> {
  const { deviceState, errorLog, memory } = parts;
  return await QemuProcess.start({
    qemu: await findQemu(),
    folder,
    arguments: machineArguments({
      name: "hardware",
      accelerator: "tcg",
      cores: coresOf(hardware) ?? 2,
      memoryMb: memoryOf(hardware) ?? 256,
      hardware: { ...hardware, extraArguments: [...(hardware.extraArguments ?? []), "-S"] },
      hasTpm: false,
      hasVirtiofs: false,
      privateMac: parts.isPrivate === true ? "52:54:00:a5:5a:01" : undefined,
      firmware: undefined,
      disk: [{ path: join(folder, "disk.qcow2"), format: "qcow2" }],
      seed: undefined,
      ignition: undefined,
      kernel: undefined,
      serialLog: join(folder, "serial.log"),
      memory: memory === undefined ? undefined : { path: join(folder, "memory"), access: memory },
      isIncoming: deviceState !== undefined,
      generationId: "6f3a0d3e-0000-4000-8000-000000000000",
    }),
    errorLog,
    lifetime: "with-owner",
    signal,
    ...(deviceState === undefined ? {} : { deviceState }),
  });
}

/** Starts the real QEMU with a machine of `hardware` whose processors stand, and asks it what the machine is made of. */
async function inspect<T>(
  hardware: Hardware,
  look: (qmp: QmpClient, ask: (command: string) => Promise<string>) => Promise<T>,
  parts: Omit<Parts, "errorLog"> = {},
): Promise<T> {
  const errorLog = join(folder, "qemu.log");
  await rm(errorLog, { force: true });
  await using machine = await start(hardware, { ...parts, errorLog });
  const ask = async (command: string) => JSON.stringify(await machine.qmp.execute(command, {}, { signal }));
  const found = await look(machine.qmp, ask);
  // What QEMU grumbles about is a wrong argument.
  expect(await readFile(errorLog, "utf8")).toBe("");
  return found;
}

const pciIds = async (qmp: QmpClient): Promise<readonly string[]> => {
  const text = String(await qmp.execute("human-monitor-command", { "command-line": "info pci" }, { signal }));
  return [...text.matchAll(/PCI device ([0-9a-f]{4}:[0-9a-f]{4})/g)].map(([, id = ""]) => id);
};

const deviceOf = async (qmp: QmpClient, drive: string): Promise<string | undefined> => {
  const blocks = (await qmp.execute("query-block", {}, { signal })) as readonly {
    readonly qdev?: string;
    readonly inserted?: { readonly "node-name"?: string };
  }[];
  return blocks.find(({ inserted }) => inserted?.["node-name"] === drive)?.qdev;
};

test.each<[Hardware, ...string[]]>([
  [{}, "virtio-blk-pci", "virtio-blk-device"],
  [{ diskBus: "virtio-scsi" }, "scsi-hd"],
  [{ diskBus: "sata" }, "ide-hd"],
  [{ diskBus: "sata", machineType: "pc" }, "ide-hd"],
  [{ diskBus: "ide", machineType: "pc" }, "ide-hd"],
  [{ diskBus: "nvme" }, "nvme"],
  [{ diskBus: "usb" }, "usb-storage", "scsi-hd"],
])("%j: the disk is a %s", async (hardware, ...devices) => {
  await inspect(hardware, async (qmp) => {
    const tree = String(await qmp.execute("human-monitor-command", { "command-line": "info qtree" }, { signal }));
    const chain = devices.map((device) => `dev: ${device},(?:(?!dev: )[^])*`).join("");
    expect(new RegExp(`${chain}drive = "disk0"`).test(tree), tree).toBe(true);
  });
});

test.each<[NonNullable<Hardware["nicModel"]> | undefined, string]>([
  [undefined, "1af4:1000"],
  ["e1000e", "8086:10d3"],
  ["vmxnet3", "15ad:07b0"],
])("both network cards of a machine of several are %s", async (nicModel, id) => {
  const ids = await inspect(nicModel === undefined ? {} : { nicModel }, pciIds, { isPrivate: true });
  expect(ids.filter((each) => each === id)).toHaveLength(2);
});

test("the old board has places for devices to come under the same names", async () => {
  await inspect({ machineType: "pc" }, async (qmp) => {
    await qmp.execute("device_add", { driver: "virtio-rng-pci", bus: "port7", id: "late" }, { signal });
    const bus = await qmp.execute("qom-get", { path: "/machine/peripheral/late", property: "parent_bus" }, { signal });
    expect(bus).toBe("/machine/peripheral/port7/port7");
  });
});

test("processors sit where the topology puts them, with room for whole sockets", async () => {
  await inspect({ topology: { sockets: 2, cores: 2, threads: 1 } }, async (qmp) => {
    const cpus = (await qmp.execute("query-cpus-fast", {}, { signal })) as readonly { readonly props: object }[];
    expect(cpus.map(({ props }) => props)).toMatchObject([
      { "socket-id": 0, "core-id": 0 },
      { "socket-id": 0, "core-id": 1 },
      { "socket-id": 1, "core-id": 0 },
      { "socket-id": 1, "core-id": 1 },
    ]);
    const places = (await qmp.execute("query-hotpluggable-cpus", {}, { signal })) as readonly object[];
    expect(places).toHaveLength(8);
  });
});

const numa = [
  { cores: 1, memoryMb: 128 },
  { cores: 1, memoryMb: 192 },
];
test.each([undefined, "shared"] as const)("NUMA nodes have their own memory (%s) and processors", async (memory) => {
  await inspect(
    { numa },
    async (qmp) => {
      const cpus = (await qmp.execute("query-cpus-fast", {}, { signal })) as readonly { readonly props: object }[];
      expect(cpus.map(({ props }) => props)).toMatchObject([
        { "socket-id": 0, "node-id": 0 },
        { "socket-id": 1, "node-id": 1 },
      ]);
      const sizes = (await qmp.execute("query-memdev", {}, { signal })) as readonly { readonly size: number }[];
      expect(sizes.map(({ size }) => size / 1_048_576).sort()).toEqual([128, 192]);
    },
    memory === undefined ? {} : { memory },
  );
});

test("a processor model, a disc, a share and an argument of the user's own", async () => {
  const hardware: Hardware = {
    cpu: "Nehalem",
    cdrom: join(folder, "disc.iso"),
    share: { path: join(folder, "share"), tag: "host", isReadOnly: true },
    extraArguments: ["-device", "virtio-serial-pci,id=own0"],
  };
  await inspect(hardware, async (qmp, ask) => {
    const cpus = await ask("query-cpus-fast");
    expect(JSON.stringify(await qmp.execute("qom-get", typeOf(cpus), { signal }))).toContain("Nehalem-x86_64-cpu");
    expect(await deviceOf(qmp, "cdrom0")).toBe("cdrom0");
    expect(await pciIds(qmp)).toEqual(expect.arrayContaining(["1af4:1009", "1af4:1003"]));
  });
});

const typeOf = (cpus: string) => ({ path: JSON.parse(cpus)[0]["qom-path"], property: "type" });

test.each<[Hardware, RegExp | undefined]>([
  [{}, undefined],
  [{ diskBus: "sata", nicModel: "e1000e", machineType: "pc" }, undefined],
  [{ diskBus: "usb", nicModel: "vmxnet3" }, undefined],
  [{ numa, topology: { sockets: 1, cores: 2, threads: 1 } }, undefined],
  [{ diskBus: "nvme" }, /non-migratable device: .*nvme/],
])("QEMU itself says whether %j can be frozen", async (hardware, reason) => {
  await inspect(hardware, async (qmp) => {
    const asked = needFreezable(qmp, signal);
    if (reason === undefined) await asked;
    else await expect(asked).rejects.toThrow(reason);
  });
});

test.each<[Hardware]>([
  [{ numa, diskBus: "sata", nicModel: "e1000e" }],
  [{ machineType: "pc", diskBus: "ide", topology: { sockets: 1, cores: 1, threads: 2 } }],
  [{ diskBus: "virtio-scsi", nicModel: "vmxnet3", cpu: "Nehalem" }],
  [{ diskBus: "usb", share: { path: tmpdir(), tag: "host", isReadOnly: true } }],
])("a frozen machine of %j wakes up as another one", async (hardware) => {
  const parts = { isPrivate: true, errorLog: join(folder, "qemu.log") };
  const deviceState = join(folder, "device-state");
  await Promise.all(["memory", "memory-1"].map((name) => rm(join(folder, name), { force: true })));
  await using template = await start(hardware, { ...parts, memory: "shared" });
  await freeze(template, deviceState, signal);
  await using fork = await start(hardware, { ...parts, memory: "private", deviceState });
  const { qmp } = fork;
  const loaded = qmp.waitForEvent(({ data }) => data.status === "completed" || data.status === "failed", "the end", {
    signal,
  });
  await qmp.execute("migrate-set-capabilities", { capabilities: forkCapabilities }, { signal });
  await qmp.execute("migrate-incoming", { uri: `fd:${InheritedFd.deviceState}` }, { signal });
  expect((await loaded).data.status).toBe("completed");
});
