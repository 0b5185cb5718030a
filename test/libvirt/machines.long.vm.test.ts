import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  Disk,
  FaultInjection,
  Hibernation,
  MemoryPressure,
  NestedVirtualization,
  NetworkInterface,
  Nvme,
  Panic,
  PrivateNetwork,
  Resize,
  Screenshot,
  SerialConsole,
  Snapshot,
  StartStop,
  TimeJump,
  Watchdog,
} from "../../packages/assay/src/features/index.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { libvirtPlatform } from "../../packages/assay/src/platforms/libvirt/libvirt-platform.ts";
import type { Environment, EnvironmentRequirement, Platform } from "../../packages/assay/src/platforms/platform.ts";
import { type OwnLibvirt, openLibvirt, virsh, whyNoLibvirt } from "./own-libvirt.ts";

const LIMIT_MS = 1_500_000;
const reason = whyNoLibvirt();
// One kind of machine for all proofs, so that one boot is enough.
const wanted: EnvironmentRequirement = { nodeCount: 2, cores: 1, memoryMb: 512, features: [], coldBoot: false };
const progress = () => undefined;
let libvirt: OwnLibvirt;
let platform: Platform;
/** Of machines with two nodes of NUMA, each a socket of two processors. */
let nodes: Platform;
let logFolder: string;
let cache: string | undefined;

beforeAll(async () => {
  if (reason !== undefined) return;
  logFolder = await mkdtemp(join(tmpdir(), "assay-libvirt-logs-"));
  const signal = AbortSignal.timeout(LIMIT_MS);
  const image = await resolveImage(process.env.ASSAY_TEST_IMAGE ?? "debian-12", { signal });
  // Templates are kept where the daemon's disks are, which go with it.
  cache = process.env.ASSAY_CACHE;
  process.env.ASSAY_CACHE = join(logFolder, "cache");
  libvirt = await openLibvirt();
  const platformOf = async (section: Readonly<Record<string, unknown>>) =>
    await libvirtPlatform({
      image,
      section: { uri: libvirt.uri, acceleration: "tcg", ...section },
      runId: `test-${process.pid}`,
      keepEnvironment: "no",
    });
  platform = await platformOf({ cores: 1, memory_mb: 768 });
  const numa = { cores: 2, memory_mb: 448 };
  nodes = await platformOf({ numa: [numa, numa], topology: { sockets: 2, cores: 2 }, disk_bus: "virtio-scsi" });
  await platform.prepare({ firstRequirement: wanted, signal, logFolder, progress });
}, LIMIT_MS);

afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await nodes?.[Symbol.asyncDispose]();
  await libvirt?.[Symbol.asyncDispose]();
  if (cache === undefined) delete process.env.ASSAY_CACHE;
  else process.env.ASSAY_CACHE = cache;
  if (logFolder !== undefined) await rm(logFolder, { recursive: true, force: true });
}, LIMIT_MS);

async function deploy(environmentName: string, on = platform, requirement = wanted): Promise<Environment> {
  const folder = await mkdtemp(join(logFolder, `${environmentName}-`));
  const context = { environmentName, signal: AbortSignal.timeout(LIMIT_MS), logFolder: folder, progress };
  return await on.deploy(requirement, context);
}

const title = (what: string) => (reason === undefined ? what : `${what} (not run: ${reason})`);

test.skipIf(reason !== undefined)(
  title("two forks are pristine, reach each other, are controlled and leave nothing"),
  async () => {
    {
      await using first = await deploy("first");
      const [one, two] = first.nodes;
      if (two === undefined) throw new Error("There is one node only.");
      expect(await one.text(["hostname"])).toBe("first-n0");
      expect(await two.text(["hostname"])).toBe("first-n1");
      await one.text(["touch", "left-by-the-first"]);

      expect(await one.text(["ping", "-c", "1", "-w", "30", "first-n1"])).toContain("1 received");
      const network = one.feature(PrivateNetwork);
      await network.partition("first-n0", "first-n1");
      expect((await one.run(["ping", "-c", "1", "-w", "5", "first-n1"])).exitCode).toBe(1);
      await network.heal();
      expect(await two.text(["ping", "-c", "1", "-w", "30", "first-n0"])).toContain("1 received");

      const serial = one.feature(SerialConsole);
      expect(await serial.log()).toContain("Linux version");
      const prompt = serial.readUntil("login:", { timeoutMs: 120_000 });
      await serial.write("\n");
      expect(await prompt).toContain("login:");

      const picture = await one.feature(Screenshot).take();
      expect(Buffer.from(picture.subarray(1, 4)).toString()).toBe("PNG");

      const disks = one.feature(Disk);
      const wait = { timeoutMs: 300_000 };
      const [disk] = await disks.addDataDisks([{ sizeBytes: 1 << 26, serial: "mine" }, { bus: "virtio-blk" }], wait);
      expect(disk).toMatchObject({ id: "data1", serial: "mine", sizeBytes: 1 << 26, bus: "scsi", lun: 0 });
      expect(await disks.resizeDataDisk("data1", 1 << 27, wait)).toMatchObject({ sizeBytes: 1 << 27 });
      await disks.removeDataDisks(["data1", "data2"], wait);
      expect(await disks.dataDisks()).toEqual([]);

      const power = one.feature(StartStop);
      expect(await power.status()).toBe("running");
      await power.pause();
      expect(await power.status()).toBe("paused");
      await power.start();
      await power.stop({ mode: "hard" });
      expect(await power.status()).toBe("off");
      const kernel = serial.readUntil("Linux version", { timeoutMs: 600_000 });
      await power.start();
      await kernel;
      expect((await serial.boots()).map(({ cause }) => cause)).toEqual(["power-on", "power-on"]);
    }
    await using second = await deploy("second");
    expect(await second.nodes[0].text(["ls"])).toBe("");
    const names = virsh(libvirt.uri, "list", "--all", "--name").split("\n");
    expect(names).toHaveLength(2);
    const [name = ""] = names;
    await promisify(execFile)("virsh", ["--connect", libvirt.uri, "destroy", name]);
    await expect(second.died).rejects.toThrow("libvirt tells 'Stopped Destroyed'");
  },
  LIMIT_MS,
);

test.skipIf(reason !== undefined)(
  title("a running machine has snapshots, another size, less memory, another time and more interfaces"),
  async () => {
    await using environment = await deploy("third");
    const [node, other] = environment.nodes;
    if (other === undefined) throw new Error("There is one node only.");
    const root = { sudo: true } as const;

    const nics = [node.feature(NetworkInterface), other.feature(NetworkInterface)];
    for (const feature of nics) await feature.attach({ mtu: 1400 });
    const device = (await nics[0]?.deviceName("nic1")) ?? "";
    expect(await node.text(["cat", `/sys/class/net/${device}/mtu`])).toBe("1400");
    expect(await node.text(["ping", "-c", "1", "-w", "30", "-I", device, "10.99.1.2"], root)).toContain("1 received");
    await nics[0]?.setLink("nic1", "down");
    expect((await node.run(["ping", "-c", "1", "-w", "3", "-I", device, "10.99.1.2"], root)).exitCode).not.toBe(0);
    await nics[0]?.setLink("nic1", "up");

    const snapshots = node.feature(Snapshot);
    await node.text(["touch", "before"]);
    await snapshots.take("clean");
    await node.text(["touch", "after"]);
    await snapshots.revert("clean");
    expect(await node.text(["ls"])).toBe("before");
    expect(Math.abs(await node.feature(TimeJump).offsetMs())).toBeLessThan(2_500);
    await snapshots.remove("clean");

    await node.feature(TimeJump).jump(3_600_000);
    expect(await node.feature(TimeJump).offsetMs()).toBeGreaterThan(3_500_000);
    await node.feature(TimeJump).correct();

    const grown = await node.feature(Resize).resize({ cores: 2, memoryMb: 1024 });
    expect(grown).toEqual({ before: { cores: 1, memoryMb: 768 }, after: { cores: 2, memoryMb: 1024 } });
    expect(await node.text(["nproc"])).toBe("2");
    await node.feature(MemoryPressure).shrink(512);
    expect((await node.feature(MemoryPressure).memory()).actualMb).toBe(512);
    await node.feature(MemoryPressure).release();

    const sleep = node.feature(Hibernation);
    await sleep.suspend();
    expect(await node.feature(StartStop).status()).toBe("suspended");
    await sleep.wake();
    expect(await node.text(["hostname"])).toBe("third-n0");

    const power = node.feature(StartStop);
    await power.stop({ timeoutMs: 600_000 });
    expect(await power.status()).toBe("off");
    await power.start();
    await node.shell.reconnect({ timeoutMs: 900_000 });
    expect(await node.text(["nproc"])).toBe("2");
    const again = (await nics[0]?.deviceName("nic1")) ?? "";
    expect(await node.text(["ping", "-c", "1", "-w", "30", "-I", again, "10.99.1.2"], root)).toContain("1 received");
    await nics[0]?.detach("nic1");
    expect((await nics[0]?.nics())?.map(({ id }) => id)).toEqual(["net0", "private0"]);
  },
  LIMIT_MS,
);

test.skipIf(reason !== undefined)(
  title("disks, links and processors fail as they are told, and a watchdog and a panic are heard"),
  async () => {
    await using environment = await deploy("fourth");
    const [node] = environment.nodes;
    const root = { sudo: true } as const;
    const faults = node.feature(FaultInjection);
    const [disk] = await node.feature(Disk).addDataDisks([{ sizeBytes: 1 << 24, bus: "virtio-blk" }]);
    if (disk === undefined) throw new Error("There is no data disk.");
    const read = async () => {
      const done = await node.run(sh`dd if=${disk.path} of=/dev/null bs=512 count=1 iflag=direct`, root);
      return done.exitCode;
    };
    const failing = await faults.failDisk(disk.id, { on: ["read"] });
    expect(await read()).not.toBe(0);
    await faults.revert(failing);
    expect(await read()).toBe(0);
    await faults.loseWrites(disk.id);
    await node.text(sh`echo lost | dd of=${disk.path} conv=fsync,sync bs=512`, root);
    await faults.revertAll();
    expect(await node.text(sh`dd if=${disk.path} bs=512 count=1 iflag=direct | tr -d '\0'`, root)).toBe("");

    const outsideMs = async () => {
      const told = await node.text(["ping", "-c", "1", "-w", "30", "10.0.2.2"], root);
      return Number(/time=([\d.]+)/.exec(told)?.[1]);
    };
    expect(await outsideMs()).toBeLessThan(1000);
    const slow = await faults.impairNetwork("net0", { latencyMs: 1000 });
    expect(await outsideMs()).toBeGreaterThanOrEqual(2000);
    await faults.revert(slow);
    const cable = await faults.unplugCable("private0");
    expect((await node.run(["ping", "-c", "1", "-w", "3", "fourth-n1"], root)).exitCode).not.toBe(0);
    await faults.revert(cable);
    const steal = await faults.stealProcessors({ percent: 50, forMs: 600_000 });
    expect(await node.text(["echo", "alive"])).toBe("alive");
    await faults.revert(steal);
    expect(await faults.faults()).toEqual([]);

    const [watchdog, power] = [node.feature(Watchdog), node.feature(StartStop)];
    await watchdog.setAction("pause");
    await watchdog.arm(2);
    expect(await watchdog.expired()).toBe("pause");
    expect(await power.status()).toBe("paused");
    await power.start();
    await node.text(sh`echo 0 > /proc/sys/kernel/panic`, root);
    expect(await node.feature(Panic).trigger()).toMatchObject({ kind: "panicked" });
    expect(await power.status()).toBe("panicked");
  },
  LIMIT_MS,
);

test.skipIf(reason !== undefined)(
  title("a fork has nodes and sockets, keeps an NVMe disk while it is off, and can have machines of its own"),
  async () => {
    const requirement = { ...wanted, nodeCount: 1, features: ["Nvme", "NESTED_VIRTUALIZATION"] };
    await using environment = await deploy("fifth", nodes, requirement);
    expect(environment.facts.origin).toBe("fork");
    const [node] = environment.nodes;
    const root = { sudo: true } as const;
    const wait = { timeoutMs: 300_000 };
    const system = "/sys/devices/system";
    expect(await node.text(sh`cat ${system}/node/node0/cpulist ${system}/node/node1/cpulist`)).toBe("0-1\n2-3");
    expect(await node.text(["cat", `${system}/cpu/cpu3/topology/package_cpus_list`])).toBe("2-3");
    expect(await node.text(sh`cat ${system}/cpu/cpu[0-3]/topology/physical_package_id | sort -u`)).toBe("0\n1");
    expect(await node.feature(Disk).osDisk()).toMatchObject({ controller: "scsi" });

    expect(node.feature(NestedVirtualization).extension).toBe("svm");
    expect(await node.text(sh`modprobe kvm_amd && test -c /dev/kvm && echo there`, root)).toBe("there");

    const nvme = node.feature(Nvme);
    const [controller, other] = await nvme.addControllers([{ sizeBytes: 1 << 24, serial: "N1" }, {}], wait);
    expect(controller).toMatchObject({
      id: "data1",
      serial: "N1",
      namespaces: [expect.stringMatching(/^\/dev\/nvme/)],
    });
    await nvme.removeControllers([other?.id ?? ""], wait);
    const read = async () => {
      const [{ namespaces: [device = ""] = [] } = {}] = await nvme.controllers(wait);
      return await node.text(sh`dd if=${device} bs=16 count=1 status=none | tr -d '\0'`, root);
    };
    await node.text(sh`printf kept | dd of=${controller?.namespaces[0] ?? ""} conv=fsync status=none`, root);
    expect(await read()).toBe("kept");
    const power = node.feature(StartStop);
    await power.stop({ timeoutMs: 600_000 });
    await power.start();
    await node.shell.reconnect({ timeoutMs: 900_000 });
    expect(await read()).toBe("kept");
  },
  LIMIT_MS,
);
