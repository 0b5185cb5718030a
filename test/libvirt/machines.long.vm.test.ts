import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Disk } from "../../packages/assay/src/features/disk.ts";
import { PrivateNetwork } from "../../packages/assay/src/features/private-network.ts";
import { Screenshot } from "../../packages/assay/src/features/screenshot.ts";
import { SerialConsole } from "../../packages/assay/src/features/serial-console.ts";
import { StartStop } from "../../packages/assay/src/features/start-stop.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
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
  platform = await libvirtPlatform({
    image,
    section: { uri: libvirt.uri, acceleration: "tcg", cores: 1, memory_mb: 768, firmware_type: "bios" },
    runId: `test-${process.pid}`,
    keepEnvironment: "no",
  });
  await platform.prepare({ firstRequirement: wanted, signal, logFolder, progress });
}, LIMIT_MS);

afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await libvirt?.[Symbol.asyncDispose]();
  if (cache === undefined) delete process.env.ASSAY_CACHE;
  else process.env.ASSAY_CACHE = cache;
  if (logFolder !== undefined) await rm(logFolder, { recursive: true, force: true });
}, LIMIT_MS);

async function deploy(environmentName: string): Promise<Environment> {
  const folder = await mkdtemp(join(logFolder, `${environmentName}-`));
  const context = { environmentName, signal: AbortSignal.timeout(LIMIT_MS), logFolder: folder, progress };
  return await platform.deploy(wanted, context);
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
